import type { Topology } from "#cnm/topology.ts";
import { vethName } from "#server/kernel/names.ts";

/** What a program printed, with the digits of ids replaced by names: "pb-<web>", "PATCHBAY-IN-<web>", "pbv<web/box>". */
export function readable(text: string, { networks, endpoints, sandboxes }: Topology): string {
  const named = [...Object.values(networks), ...Object.values(sandboxes)].map(({ id, name }) => ({ id, name }));
  const plugs = Object.values(endpoints).map(({ id, name, networkId }) => ({
    id,
    name: `${networks[networkId]?.name}/${name}`,
  }));
  const ports = plugs.map(({ id, name }) => [vethName(id), `pbv<${name}>`] as const);
  const ids = [...named, ...plugs].map(({ id, name }) => [id.slice(0, 12), `<${name}>`] as const);
  return [...ports, ...ids].reduce((result, [digits, name]) => result.replaceAll(digits, name), text);
}
