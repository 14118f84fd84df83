"use client";

import { Button, Text } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";

/** Asks the daemon to walk the chain of hashes: whether a row was edited, removed or slipped in. */
export function Verify() {
  const trpc = useTRPC();
  const { data, refetch, isFetching } = useQuery(trpc.history.verify.queryOptions(undefined, { enabled: false }));
  return (
    <>
      <Button
        ml="auto"
        variant="default"
        size="xs"
        loading={isFetching}
        leftSection={<IconShieldCheck size={15} aria-hidden />}
        onClick={() => void refetch()}
      >
        Verify
      </Button>
      <Text size="xs" c={data && !data.ok ? "var(--state-failed)" : "dimmed"} role="status">
        {data && (data.ok ? `${data.rows} rows, unbroken` : `Broken at row ${data.firstBad}: ${data.reason}`)}
      </Text>
    </>
  );
}
