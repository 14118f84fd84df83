import type { Adoption, FileObject, HeldPort, Namespace, PortProtocol, Table, Target } from "./objects.ts";

/**
 * One kernel operation: what `diff` decides, `render` writes as a command line, `apply` runs and history keeps. One step is
 * one system call (or one netlink message), so a crash falls between steps, never inside one; but for ports, flows and resolvers,
 * which are as many as they are, and nothing of them that a crash would leave behind matters.
 */
export type Step =
  | { op: "netns.add"; name: string }
  /** Gives the name to a namespace that is there. Fails unless it is the very one. */
  | ({ op: "netns.adopt"; name: string } & Adoption)
  | { op: "netns.del"; name: string }
  | { op: "link.add"; ns: Namespace; name: string; link: LinkAdd }
  | { op: "link.set"; ns: Namespace; name: string; set: LinkSet }
  /** Settings of a bridge port, which are its own only while it has a master: whoever joins a bridge starts with the defaults. */
  | { op: "port.set"; ns: Namespace; name: string; set: PortSet }
  /** Brings up a bridge that must be there and is not ours. Fails where there is none, or something else of that name. */
  | { op: "bridge.adopt"; ns: Namespace; name: string }
  | { op: "link.del"; ns: Namespace; name: string }
  /** Marks the link for the next `doomed.del`, which deletes all that are marked in the namespace with one message. */
  | { op: "link.doom"; ns: Namespace; name: string }
  | { op: "doomed.del"; ns: Namespace }
  | { op: "address.replace"; ns: Namespace; dev: string; address: string }
  | { op: "address.del"; ns: Namespace; dev: string; address: string }
  | { op: "route.replace"; ns: Namespace; family: 4 | 6; dst: string; via: string | null; dev: string }
  | { op: "route.del"; ns: Namespace; family: 4 | 6; dst: string; via: string | null; dev: string }
  | { op: "neighbour.replace"; ns: Namespace; dev: string; dst: string; mac: string }
  | { op: "neighbour.del"; ns: Namespace; dev: string; dst: string }
  /** Takes the place of whatever shapes the device; a change of ours keeps what waits in it. */
  | { op: "shaper.replace"; ns: Namespace; dev: string; rate: number; burst: number; limit: number }
  | { op: "shaper.del"; ns: Namespace; dev: string }
  | { op: "ingress.add"; ns: Namespace; dev: string }
  | { op: "ingress.del"; ns: Namespace; dev: string }
  | { op: "redirect.add"; ns: Namespace; dev: string; to: string }
  | { op: "redirect.del"; ns: Namespace; dev: string }
  /** Fails, and leaves it as it was, where the kernel would keep another value. */
  | { op: "sysctl.set"; ns: Namespace; name: string; value: string }
  /** Whatever was left of one there is replaced. */
  | { op: "resolver.open"; ns: Namespace }
  /** Without `table` it goes with its namespace. */
  | { op: "resolver.close"; ns: Namespace; table: boolean }
  /** All of them or none. Of those that are held already only `to` changes: they are not free for a moment. */
  | ({ op: "port.hold"; to: Target } & PortRange)
  | ({ op: "port.release" } & PortRange)
  /**
   * Forgets the flows that came in at the ports and were translated to the address, so that none goes on to it; with null those
   * that were not translated and so go on to the host itself.
   */
  | { op: "conntrack.del"; family: 4 | 6; protocol: PortProtocol; port: number; count: number; to: Target | null }
  | { op: "guard-table.add" }
  | { op: "guard-table.del" }
  | ({ op: "guard.add"; port: string } & Sources)
  | ({ op: "guard.del"; port: string } & Sources)
  /** From one moment to the next: no frame passes that both forbid, and what was counted stays. */
  | ({ op: "guard.replace"; port: string; was: Sources } & Sources)
  | { op: "quiet.add"; port: string }
  | { op: "quiet.del"; port: string }
  /** One run of iptables-restore(8) without flushing, in the daemon's namespace: each table is one transaction. */
  | { op: "firewall.set"; family: 4 | 6; tables: TableLines[] }
  /** Several system calls; whatever is found after a crash between them is known as ours. */
  | { op: "file.write"; ns: Namespace; name: FileObject["name"]; content: string }
  | { op: "file.remove"; ns: Namespace; names: FileObject["name"][] };

export type PortRange = Pick<HeldPort, "protocol" | "address" | "port" | "count">;

/** What may be sent from. */
export interface Sources {
  mac: string;
  addresses: string[];
}

/** What iptables-restore reads between "*nat" and "COMMIT": ":CHAIN - [0:0]" makes or empties a chain, then "-A CHAIN …". */
export interface TableLines {
  table: Table;
  lines: string[];
}

export type LinkAdd =
  /**
   * Its MTU is set afterwards: one given at creation lasts only until the last port leaves, as the kernel then takes it for
   * its own choice (br_mtu_auto_adjust).
   */
  | { type: "bridge"; mac: string }
  | { type: "ifb"; mtu: number }
  | { type: "veth"; mac?: string; mtu: number; peer: { ns: Namespace; name: string; mac: string; mtu: number } };

/** What changes on a link that exists; a field that is absent stays as it is. `master: null` takes it out of its bridge. */
export interface LinkSet {
  alias?: string;
  mac?: string;
  mtu?: number;
  master?: string | null;
  up?: boolean;
}

/** What changes on a port of a bridge; a field that is absent stays as it is. */
export interface PortSet {
  isolated?: boolean;
  hairpin?: boolean;
}
