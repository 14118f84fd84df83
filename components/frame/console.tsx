"use client";

import { Alert, Center, Loader, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { ActionsProvider } from "#components/actions/actions.tsx";
import { useApi } from "#components/api/api.ts";
import { SessionProvider } from "#components/api/session.tsx";
import { useTRPC } from "#components/api/trpc.ts";
import { LiveProvider, useLive } from "#components/live/live-provider.tsx";
import { useStore } from "#components/live/store.ts";
import { Frame } from "./frame.tsx";

/** Everything behind the login: who is there, the one live view of the topology, the frame. */
export function Console({ children }: { children: ReactNode }) {
  const { client, live } = useApi();
  const trpc = useTRPC();
  const status = useQuery(
    trpc.auth.status.queryOptions(undefined, { refetchInterval: ({ state }) => (state.data ? 15_000 : 1500) }),
  );
  const actor = status.data?.actor;
  // The daemon ends the stream when a session or a role ends: who is there now is asked at once, not at the next turn.
  const lost = useStore(live, ({ link }) => link === "stale");
  const { refetch } = status;
  useEffect(() => {
    if (lost) void refetch();
  }, [lost, refetch]);
  useEffect(() => {
    if (status.data && !status.data.actor) window.location.assign("/login");
  }, [status.data]);
  if (!actor) return <Waiting failed={status.isError} />;
  return (
    <SessionProvider actor={actor}>
      <LiveProvider client={client} store={live}>
        <LeaveWhenSignedOut />
        <ActionsProvider>
          <Frame>{children}</Frame>
        </ActionsProvider>
      </LiveProvider>
    </SessionProvider>
  );
}

function Waiting({ failed }: { failed: boolean }) {
  return (
    <Center component="main" mih="100dvh" p="md">
      <VisuallyHidden>
        <h1>Patchbay</h1>
      </VisuallyHidden>
      {failed ? (
        <Alert variant="default" title="The daemon is not reachable" maw={420} role="alert">
          Networks and sandboxes keep working without it. Start the daemon; this page tries again by itself.
        </Alert>
      ) : (
        <Loader type="dots" aria-label="Loading" role="status" />
      )}
    </Center>
  );
}

/** The daemon ended the session: signed out elsewhere, expired, or the account is gone. */
function LeaveWhenSignedOut() {
  const signedOut = useLive((live) => live.link === "signed-out");
  useEffect(() => {
    if (signedOut) window.location.assign("/login");
  }, [signedOut]);
  return null;
}
