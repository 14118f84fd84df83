"use client";

import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { ApiContext, createApi } from "#components/api/api.ts";
import { TRPCProvider } from "#components/api/trpc.ts";
import { Announcer } from "#components/frame/announcer.tsx";
import { theme } from "./theme.ts";

/** What every page stands on. The server renders shells only: all data is fetched by the browser. */
export function Providers({ nonce, children }: { nonce: string | undefined; children: ReactNode }) {
  const [api] = useState(createApi);
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce ?? ""}>
      <ApiContext value={api}>
        <QueryClientProvider client={api.queryClient}>
          <TRPCProvider trpcClient={api.client} queryClient={api.queryClient}>
            <Notifications position="bottom-left" limit={4} containerWidth={420} />
            <Announcer />
            {children}
          </TRPCProvider>
        </QueryClientProvider>
      </ApiContext>
    </MantineProvider>
  );
}
