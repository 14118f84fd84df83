"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";

/** The name of the machine the daemon runs on; the page's own address until the daemon has told. */
export function useHostName(): string {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.system.status.queryOptions(undefined, { staleTime: Number.POSITIVE_INFINITY }));
  const told = data && "hostname" in data && typeof data.hostname === "string" ? data.hostname : "";
  return told || (typeof window === "undefined" ? "" : window.location.hostname);
}
