"use client";

import { Text } from "@mantine/core";
import type { SandboxDns } from "#cnm/dns.ts";
import type { Verdict } from "#cnm/errors.ts";
import type { Sandbox } from "#cnm/sandbox.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { useFresh } from "#components/api/use-fresh.ts";
import { duration } from "#components/history/words.ts";
import { dnsSettings } from "./sandbox-settings.ts";
import { Section } from "./section.tsx";
import { SettingsEditor } from "./settings-editor.tsx";
import { Remark, Truth, TruthTable } from "./truth.tsx";

const shown = 50;
const shownQueries = 10;

/** What the resolver of a sandbox is told, knows, was asked, and whom it would ask. */
export function Dns({ sandbox, verdict }: { sandbox: Sandbox; verdict: Verdict }) {
  const trpc = useTRPC();
  const query = useFresh(trpc.sandbox.dns.queryOptions({ ref: sandbox.id }, { refetchInterval: 2000 }));
  return (
    <Section title="DNS">
      <SettingsEditor what="DNS" name={sandbox.name} of={dnsSettings(sandbox)} verdict={verdict} />
      <Truth query={query} waiting="Asking the resolver">
        {(dns) =>
          dns.address === null ? (
            <Remark>No resolver of its own: {dns.instead}.</Remark>
          ) : (
            <Resolver {...dns} address={dns.address} />
          )
        }
      </Truth>
    </Section>
  );
}

function Resolver({ address, records, queries, count, upstreams }: SandboxDns & { address: string }) {
  const asked = upstreams.map((upstream) => `${upstream.address} (from the ${upstream.from})`).join(", ");
  return (
    <>
      <Text size="sm" mt={8}>
        Answers at <span className="mono">{address}</span>; asks {asked || "nobody else"}.
      </Text>
      <TruthTable caption="Names it knows" columns={["Name", "Address"]}>
        {records.slice(0, shown).map(({ endpointId, names, ipv4, ipv6, networkName }) => (
          <tr key={endpointId} title={[...names, `${names[0]}.${networkName}`].join(", ")}>
            <td>
              {names[0]}.{networkName}
            </td>
            <td>{[ipv4, ipv6].filter(Boolean).join(" ")}</td>
          </tr>
        ))}
      </TruthTable>
      {records.length > shown && (
        <Text size="xs" c="dimmed">
          and {records.length - shown} more
        </Text>
      )}
      {queries.length === 0 ? (
        <Remark>Nobody has asked it anything yet.</Remark>
      ) : (
        <TruthTable caption={`Questions, the last of ${count} first`} columns={["Question", "Answer", "Took"]}>
          {queries.slice(0, shownQueries).map(({ at, name, type, upstream, rcode, durationUs }) => (
            <tr key={`${at} ${name} ${type} ${durationUs}`}>
              <td>
                {name} {type}
              </td>
              <td>
                {rcode} by {upstream ?? "itself"}
              </td>
              <td data-whole>{duration(durationUs)}</td>
            </tr>
          ))}
        </TruthTable>
      )}
    </>
  );
}
