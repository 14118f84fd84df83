import type { Phases } from "./phases.ts";
import type { LinkObject, Namespace, VethLink } from "../objects.ts";
import type { LinkSet, PortSet, Step } from "../steps.ts";

/** What a bridge is born with. */
const defaultMtu = 1500;

/** The steps that make a link, or turn the one that is kept into it. */
export function linkCreation(link: LinkObject, kept: LinkObject | undefined): Phases {
  switch (link.type) {
    case "loopback":
      return { loopback: linkSet(link, changes(link, kept ?? { up: false, alias: "" })) };
    case "adopted-bridge": {
      const isUp = kept?.type === "adopted-bridge" && kept.up;
      return isUp ? {} : { bridge: [{ op: "bridge.adopt", ns: link.ns, name: link.name }] };
    }
    case "bridge": {
      const { type, mac } = link;
      const add: Step = { op: "link.add", ns: link.ns, name: link.name, link: { type, mac } };
      return {
        bridge: kept ? [] : [add],
        link: linkSet(link, changes(link, kept ?? { mac, mtu: defaultMtu, up: false, alias: "" })),
      };
    }
    case "ifb": {
      const { type, mtu } = link;
      const add: Step = { op: "link.add", ns: link.ns, name: link.name, link: { type, mtu } };
      return {
        ifb: kept ? [] : [add],
        // Before anything is redirected to it.
        shaper: linkSet(link, changes(link, kept ?? { mtu, up: false, alias: "" })),
      };
    }
    case "veth":
      return vethCreation(link, kept?.type === "veth" ? kept : undefined);
  }
}

function vethCreation(link: VethLink, kept: VethLink | undefined): Phases {
  const { up: _, ...peer } = link.peer;
  const own = { type: "veth" as const, ...(link.mac === undefined ? {} : { mac: link.mac }), mtu: link.mtu };
  const add: Step = { op: "link.add", ns: link.ns, name: link.name, link: { ...own, peer } };
  const before = kept ?? { ...link, up: false, alias: "", master: null, peer: { ...link.peer, up: false } };
  // The sandbox's end comes last: nothing is sent before its port is what it should be.
  return {
    veth: kept ? [] : [add],
    link: [
      ...linkSet(link, changes(link, before)),
      ...portSet(link, before),
      ...linkSet(link.peer, changes(link.peer, before.peer)),
    ],
  };
}

const portSettings = ["isolated", "hairpin"] as const;

function portSet(link: VethLink, before: VethLink): Step[] {
  const { ns, name, master } = link;
  const differing = portSettings.filter((field) => link[field] !== (before.master === master && before[field]));
  if (master === null || differing.length === 0) return [];
  const set: PortSet = Object.fromEntries(differing.map((field) => [field, link[field]]));
  return [{ op: "port.set", ns, name, set }];
}

const settable = ["alias", "mac", "mtu", "master", "up"] as const;

function changes(want: LinkSet, have: LinkSet): LinkSet {
  const differing = settable.filter((field) => want[field] !== undefined && want[field] !== have[field]);
  return Object.fromEntries(differing.map((field) => [field, want[field]]));
}

function linkSet({ ns, name }: { ns: Namespace; name: string }, set: LinkSet): Step[] {
  return Object.keys(set).length === 0 ? [] : [{ op: "link.set", ns, name, set }];
}
