import type { StepRecord } from "#cnm/history.ts";
import type { Id } from "#cnm/ids.ts";
import type { Topology } from "#cnm/topology.ts";
import { deviceOf } from "#server/drivers/bridge/device.ts";
import { ifbName, namespaceName, vethName } from "#server/kernel/names.ts";

/** The objects whose own kernel names the steps speak of: where a step that failed is shown. Pure. */
export function affectedBy(steps: readonly StepRecord[], { networks, sandboxes, endpoints }: Topology): Id[] {
  const commands = steps.map(({ command }) => command).join("\n");
  const named = (ids: Record<Id, unknown>, nameOf: (id: Id) => string) =>
    Object.keys(ids).filter((id) => commands.includes(nameOf(id)));
  const bridges = Object.values(networks).filter(
    (network) => network.driver === "bridge" && speaksOf(commands, deviceOf(network)),
  );
  // Rules name their owner in a comment.
  const owner = (kind: string) => (id: Id) => `patchbay ${kind} ${id.slice(0, 12)}`;
  return [
    ...new Set([
      ...bridges.map(({ id }) => id),
      ...named(networks, owner("network")),
      ...named(sandboxes, namespaceName),
      ...named(endpoints, vethName),
      ...named(endpoints, ifbName),
      ...named(endpoints, owner("endpoint")),
    ]),
  ];
}

/** A person may call a bridge like a word of ip(8): only where a device is named it is meant. sysctl(8) writes its dots as slashes. */
function speaksOf(commands: string, device: string): boolean {
  const text = (name: string) => name.replaceAll(".", "\\.");
  const inSysctl = text(device.replaceAll(".", "/"));
  return new RegExp(`(?: (?:dev|name|master|-[io]) ${text(device)}(?!\\S)|\\bconf\\.${inSysctl}\\.)`).test(commands);
}
