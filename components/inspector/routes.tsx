"use client";

import { IconCrown } from "@tabler/icons-react";
import { type DragEvent, useState } from "react";
import type { Verdict } from "#cnm/errors.ts";
import { type GatewayCandidate, gatewayCandidates, preferring } from "#cnm/gateway-candidates.ts";
import { endpointsIn } from "#cnm/members.ts";
import type { SeenRoute } from "#cnm/route.ts";
import { ownsNamespace } from "#cnm/rules.ts";
import type { Sandbox } from "#cnm/sandbox.ts";
import { useUiStore } from "#components/actions/ui.ts";
import { useEditVerdict } from "#components/api/session.tsx";
import { useTRPC } from "#components/api/trpc.ts";
import { useFresh } from "#components/api/use-fresh.ts";
import { useTopology } from "#components/live/live-provider.tsx";
import { firstRefusal } from "#components/topology/intent.ts";
import { routeSettings } from "./endpoint-settings.ts";
import { ActionButton } from "./facts.tsx";
import styles from "./routes.module.css";
import { Section } from "./section.tsx";
import { SettingsEditor } from "./settings-editor.tsx";
import { Remark, Truth, TruthTable } from "./truth.tsx";

/** Where a sandbox sends what: its routes as the kernel has them, who has the default ones, and those that were asked for. */
export function Routes({ sandbox }: { sandbox: Sandbox }) {
  const topology = useTopology();
  const home = sandbox.sharedWith ?? sandbox.id;
  const candidates = gatewayCandidates(topology, home);
  const endpoints = endpointsIn(topology, home).filter(({ attachment }) => attachment?.interfaceName);
  const verdict = ownsNamespace(topology, sandbox);
  return (
    <Section title="Routes">
      {candidates.length > 0 && <Crown candidates={candidates} verdict={verdict} />}
      {endpoints.length > 0 && (
        <SettingsEditor what="routes" name={sandbox.name} of={routeSettings(endpoints)} verdict={verdict} />
      )}
      <Table sandbox={sandbox} />
    </Section>
  );
}

/** Who has the default routes. The crown is dragged to another network, or given by its button. */
function Crown({ candidates, verdict: owns }: { candidates: readonly GatewayCandidate[]; verdict: Verdict }) {
  const topology = useTopology();
  const ui = useUiStore();
  const verdict = firstRefusal(useEditVerdict(), owns);
  const [over, setOver] = useState<string | null>(null);
  const nameOf = ({ endpoint }: GatewayCandidate) => topology.networks[endpoint.networkId]?.name ?? "";
  const give = (candidate: GatewayCandidate) =>
    ui.set({
      dialog: {
        kind: "plan",
        title: `Send by ${nameOf(candidate)} what has no other route?`,
        commands: [preferring(topology, candidate)],
      },
    });
  const movable = verdict.ok && candidates.length > 1;
  return (
    <ul className={styles.crowns} aria-label="Default routes">
      {candidates.map((candidate) => {
        const { endpoint, provides, whole } = candidate;
        const name = nameOf(candidate);
        const dropping = {
          onDragOver: (event: DragEvent) => {
            if (!event.dataTransfer.types.includes(dragType) || whole) return;
            event.preventDefault();
            setOver(endpoint.id);
          },
          onDragLeave: () => setOver(null),
          onDrop: (event: DragEvent) => {
            event.preventDefault();
            setOver(null);
            give(candidate);
          },
        };
        return (
          <li key={endpoint.id} className={styles.crown} data-over={over === endpoint.id || undefined} {...dropping}>
            <span className={styles.seat}>
              {provides !== "" && (
                // biome-ignore lint/a11y/noStaticElementInteractions: the button of each other row does the same
                <span
                  className={styles.handle}
                  draggable={movable}
                  data-movable={movable || undefined}
                  title={`${provides} default route${movable ? ": drag it to another network" : ""}`}
                  onDragStart={(event) => {
                    event.dataTransfer.setData(dragType, endpoint.id);
                    event.dataTransfer.effectAllowed = "move";
                  }}
                >
                  <IconCrown size={17} stroke={1.8} aria-hidden />
                </span>
              )}
            </span>
            <span className={styles.who}>
              <strong>{name}</strong> <span className="mono">{endpoint.attachment?.interfaceName}</span>
              <span className={styles.serves}>{provides === "" ? "" : ` ${provides} default`}</span>
            </span>
            {!whole && (
              <ActionButton
                size="compact-xs"
                verdict={verdict}
                aria-label={`Give the default route to ${name}`}
                onClick={() => give(candidate)}
              >
                Make default
              </ActionButton>
            )}
          </li>
        );
      })}
    </ul>
  );
}

const dragType = "application/x-patchbay-crown";

function Table({ sandbox }: { sandbox: Sandbox }) {
  const trpc = useTRPC();
  const query = useFresh(trpc.sandbox.routes.queryOptions({ ref: sandbox.id }));
  return (
    <Truth query={query} waiting="Reading the routes">
      {(routes) =>
        routes.length === 0 ? (
          <Remark>The kernel has no route here: nothing leaves.</Remark>
        ) : (
          <TruthTable caption="As the kernel has them" columns={["Destination", "Via", "Device"]}>
            {routes.map((route) => (
              <Row key={`${route.family} ${route.destination} ${route.device} ${route.metric}`} {...route} />
            ))}
          </TruthTable>
        )
      }
    </Truth>
  );
}

function Row({ family, destination, via, device, origin }: SeenRoute) {
  return (
    <tr data-dim={origin === "kernel" || undefined}>
      <td>{destination === "default" ? `default (IPv${family})` : destination}</td>
      <td>{via ?? "on link"}</td>
      <td>
        {device}
        {origin === "other" && <span title="Patchbay did not make it and leaves it alone"> · not ours</span>}
      </td>
    </tr>
  );
}
