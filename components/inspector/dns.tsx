"use client";

import { Loader, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { SandboxDns } from "#cnm/dns.ts";
import type { Sandbox } from "#cnm/sandbox.ts";
import { sentence, troubleOf } from "#components/api/trouble.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { duration } from "#components/history/words.ts";
import { useLive } from "#components/live/live-provider.tsx";
import { Section } from "./section.tsx";
import styles from "./truth.module.css";

const shown = 50;

/** What the resolver of a sandbox knows, was asked, and whom it would ask. */
export function Dns({ sandbox }: { sandbox: Sandbox }) {
  const trpc = useTRPC();
  const revision = useLive((live) => live.state?.revision);
  const options = { staleTime: 0, refetchInterval: 2000 };
  const { data, error, refetch } = useQuery(trpc.sandbox.dns.queryOptions({ ref: sandbox.id }, options));
  // biome-ignore lint/correctness/useExhaustiveDependencies: another revision is the reason to ask again
  useEffect(() => void refetch(), [revision, refetch]);
  return (
    <Section title="DNS">
      {error && (
        <Text size="sm" c="dimmed">
          {sentence(troubleOf(error).message)}.
        </Text>
      )}
      {!data && !error && <Loader type="dots" size="sm" aria-label="Asking the resolver" role="status" />}
      {data && data.address === null && (
        <Text size="sm" c="dimmed">
          No resolver of its own: it is in no network whose members know each other by name.
        </Text>
      )}
      {data?.address && <Resolver {...data} address={data.address} />}
    </Section>
  );
}

function Resolver({ address, records, queries, count, upstreams }: SandboxDns & { address: string }) {
  const asked = upstreams.map((upstream) => `${upstream.address} (from the ${upstream.from})`).join(", ");
  return (
    <>
      <Text size="sm">
        Answers at <span className="mono">{address}</span>; asks {asked || "nobody else"}.
      </Text>
      <table className={styles.table}>
        <caption>Names it knows</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Address</th>
          </tr>
        </thead>
        <tbody>
          {records.slice(0, shown).map(({ endpointId, names, ipv4, ipv6, networkName }) => (
            <tr key={endpointId} title={[...names, `${names[0]}.${networkName}`].join(", ")}>
              <td>
                {names[0]}.{networkName}
              </td>
              <td>{[ipv4, ipv6].filter(Boolean).join(" ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {records.length > shown && (
        <Text size="xs" c="dimmed">
          and {records.length - shown} more
        </Text>
      )}
      {queries.length === 0 ? (
        <Text size="sm" c="dimmed" mt={6}>
          Nobody has asked it anything yet.
        </Text>
      ) : (
        <table className={styles.table}>
          <caption>Last questions, of {count}</caption>
          <thead>
            <tr>
              <th scope="col">Question</th>
              <th scope="col">Answer</th>
              <th scope="col">Took</th>
            </tr>
          </thead>
          <tbody>
            {queries.slice(0, 10).map(({ at, name, type, upstream, rcode, durationUs }) => (
              <tr key={`${at} ${name} ${type} ${durationUs}`}>
                <td>
                  {name} {type}
                </td>
                <td>
                  {rcode} by {upstream ?? "itself"}
                </td>
                <td>{duration(durationUs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
