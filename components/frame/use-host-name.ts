"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";

/** The name of the machine the daemon runs on; empty until the daemon has told. */
export function useHostName(): string {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.system.status.queryOptions(undefined, { staleTime: Number.POSITIVE_INFINITY }));
  return data?.hostname ?? "";
}
