"use client";

import { type QueryKey, type UndefinedInitialDataOptions, type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useLive } from "#components/live/live-provider.tsx";

/**
 * A query that is asked anew with every revision of the topology: for what the daemon reads of the kernel or works out. And
 * whenever `and` is another, for what changes without one.
 */
export function useFresh<Output, Failure, Data, Key extends QueryKey>(
  options: UndefinedInitialDataOptions<Output, Failure, Data, Key>,
  and?: unknown,
): UseQueryResult<Data, Failure> {
  const revision = useLive((live) => live.state?.revision);
  const query = useQuery({ ...options, staleTime: 0 });
  const { refetch } = query;
  const enabled = options.enabled !== false;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another revision or value is the reason to ask again
  useEffect(() => {
    if (enabled) void refetch();
  }, [revision, and, enabled, refetch]);
  return query;
}
