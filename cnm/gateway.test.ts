import { expect, test } from "vitest";
import type { CommandDraft } from "./commands.ts";
import { gatewayOf } from "./gateway.ts";
import { after, endpointDraft, joinDraft, networkDraft, sandboxDraft, testId } from "./testing.ts";

/** An endpoint in each network, which is created before if there is a draft of it. */
function plugged(networks: (CommandDraft | "none")[], priorities: number[] = []): CommandDraft[] {
  return networks.flatMap((network, n) => {
    const created = network === "none" ? [] : [network];
    const name = network !== "none" && "name" in network && network.name ? network.name : "none";
    return [...created, endpointDraft(name, `e${n}`, { gatewayPriority: priorities[n] }), joinDraft(`e${n}`, "box")];
  });
}

const six = { enableIpv4: false, enableIpv6: true };

test.each([
  { name: "nothing", in: [], want: [null, null] },
  { name: "one IPv4 network", in: [networkDraft("a")], want: ["a", null] },
  { name: "the name decides", in: [networkDraft("b"), networkDraft("a")], want: ["a", null] },
  {
    name: "two families before the name",
    in: [networkDraft("a"), networkDraft("b", { enableIpv6: true })],
    want: ["b", "b"],
  },
  { name: "a family from each", in: [networkDraft("a"), networkDraft("b", six)], want: ["a", "b"] },
  {
    name: "internal never",
    in: [networkDraft("a", { internal: true, enableIpv6: true }), networkDraft("b")],
    want: ["b", null],
  },
  { name: "only internal", in: [networkDraft("a", { internal: true })], want: [null, null] },
  { name: "none never", in: ["none" as const], want: [null, null] },
  {
    name: "the priority before all else",
    in: [networkDraft("a", { enableIpv6: true }), networkDraft("b"), networkDraft("c")],
    priorities: [-1, 2, 1],
    want: ["b", "a"],
  },
  {
    name: "no priority makes an internal network a gateway",
    in: [networkDraft("a", { internal: true }), networkDraft("b")],
    priorities: [9, 0],
    want: ["b", null],
  },
])("$name", ({ in: networks, priorities, want }) => {
  const topology = after([sandboxDraft("box"), ...plugged(networks, priorities)]);
  const { ipv4, ipv6 } = gatewayOf(topology, testId(0));
  const networkOf = (id: string | null) => id && topology.networks[topology.endpoints[id]?.networkId ?? ""]?.name;
  expect([networkOf(ipv4), networkOf(ipv6)]).toEqual(want);
});
