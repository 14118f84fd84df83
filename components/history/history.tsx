"use client";

import { Alert, Button, Center, Group, Loader, Text, Title } from "@mantine/core";
import { infiniteQueryOptions, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { usePathname, useSearchParams } from "next/navigation";
import { useEffect, useMemo } from "react";
import { sentence, troubleOf } from "#components/api/trouble.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { useLive } from "#components/live/live-provider.tsx";
import { Entry } from "./entry.tsx";
import { EntryRow } from "./entry-row.tsx";
import { readQuery, toFilter, writeQuery } from "./filter.ts";
import { Filters } from "./filters.tsx";
import styles from "./history.module.css";
import { Verify } from "./verify.tsx";

/** Everything that was ever done, newest first; the filter and the row looked at stand in the address. */
export function History() {
  const params = useSearchParams();
  const path = usePathname();
  const query = readQuery(params);
  const seq = Number(params.get("seq")) || null;
  const list = useEntries(query);
  // The address is a note for later, not a navigation: the page keeps its place and its focus.
  const note = (change: Record<string, string>) =>
    window.history.replaceState(null, "", path + writeQuery(new URLSearchParams(params), change));
  return (
    <div className={styles.page}>
      <div className={styles.list}>
        <Group className={styles.head} gap="sm">
          <Title order={1} size="h3">
            History
          </Title>
          <Verify />
        </Group>
        <Filters query={query} change={note} />
        <div className={styles.rows}>
          {list.isError && (
            <Alert color="red" m="md">
              {sentence(troubleOf(list.error).message)}
            </Alert>
          )}
          {list.isPending && (
            <Center p="xl">
              <Loader type="dots" aria-label="Loading the history" role="status" />
            </Center>
          )}
          {list.entries.length > 0 && (
            <ol className={styles.timeline} aria-label="Changes, newest first">
              {list.entries.map((entry) => (
                <EntryRow
                  key={entry.seq}
                  entry={entry}
                  selected={entry.seq === seq}
                  open={() => note({ seq: String(entry.seq) })}
                />
              ))}
            </ol>
          )}
          {list.isSuccess && list.entries.length === 0 && (
            <Text p="xl" ta="center" size="sm" c="dimmed">
              Nothing fits the filter.
            </Text>
          )}
          {list.hasNextPage && (
            <Center p="md">
              <Button
                variant="default"
                size="xs"
                loading={list.isFetchingNextPage}
                onClick={() => void list.fetchNextPage()}
              >
                Load older
              </Button>
            </Center>
          )}
        </div>
      </div>
      {seq ? (
        <Entry key={seq} seq={seq} close={() => note({ seq: "" })} />
      ) : (
        <Center className={styles.nothing}>
          <Text size="sm" c="dimmed">
            Choose a row to see what it ran and what it changed.
          </Text>
        </Center>
      )}
    </div>
  );
}

const listKey = ["history pages"] as const;

/** The pages of the list; the first ones are read again when a row is added anywhere. */
function useEntries(query: ReturnType<typeof readQuery>) {
  const client = useTRPCClient();
  const queries = useQueryClient();
  const revision = useLive((live) => live.state?.revision);
  const lastOutcome = useLive((live) => live.lastEntry?.outcome);
  const list = useInfiniteQuery(
    infiniteQueryOptions({
      queryKey: [...listKey, query],
      queryFn: ({ pageParam, signal }) =>
        client.history.list.query({ filter: toFilter(query), limit: 50, cursor: pageParam }, { signal }),
      initialPageParam: null as number | null,
      getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
      placeholderData: (before) => before,
    }),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new row or outcome is the reason to read again
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: listKey });
  }, [revision, lastOutcome, queries]);
  const entries = useMemo(() => list.data?.pages.flatMap((page) => page.entries) ?? [], [list.data]);
  return { ...list, entries };
}
