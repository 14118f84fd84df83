import type { StepRecord } from "#cnm/history.ts";
import type { SandboxFiles } from "./files/files.ts";
import type { Firewall } from "./firewall/firewall.ts";
import { deleteFlows } from "./flows.ts";
import { addGuard, addQuiet, deleteGuard, deleteQuiet, replaceGuard } from "./guard/guards.ts";
import { tableName } from "./guard/skeleton.ts";
import { addTable } from "./guard/table.ts";
import { heldPorts } from "./held-ports.ts";
import { doomedGroup, isOurGroup, linkGroup, protocol, qdiscMajor } from "./names.ts";
import { deleteAddress, replaceAddress } from "./netlink/address.ts";
import { deleteLink, deleteLinkGroup, setLink, setLinkGroup, setPort } from "./netlink/link.ts";
import { deleteNeighbour, replaceNeighbour } from "./netlink/neighbour.ts";
import { deleteTable } from "./netlink/nftables.ts";
import { addIngress, addRedirect, deleteIngress, deleteRedirect, deleteRoot, replaceTbf } from "./netlink/qdisc.ts";
import { deleteRoute, replaceRoute } from "./netlink/route.ts";
import type { Namespace } from "./objects.ts";
import { renderAt } from "./render.ts";
import type { Resolvers } from "./resolver/resolvers.ts";
import { Session } from "./session.ts";
import type { Step } from "./steps.ts";
import { asSysError, SysError } from "./sys.ts";

/** Runs the steps in order, on the kernel worker's thread, and stops at the first that fails: the rest is "skipped". */
export function apply(steps: readonly Step[], options: ApplyOptions): StepRecord[] {
  const session = new Session(options.directory);
  const records: StepRecord[] = [];
  let failed = false;
  try {
    for (const step of steps) {
      const run: StepRecord = failed ? skipped(step, options) : record(session, step, options);
      failed ||= run.outcome === "failed";
      records.push(run);
    }
    return records;
  } finally {
    session.close();
  }
}

export interface ApplyOptions {
  directory: string;
  /** Called before every step; may throw a SysError, which is then the step's failure. */
  before: () => void;
  firewall: Firewall;
  files: SandboxFiles;
  /** Where the files of namespaces are, for the command lines. */
  etcDir: string;
  resolvers: Resolvers;
}

const skipped = (step: Step, { etcDir }: ApplyOptions): StepRecord => ({
  command: renderAt(etcDir, step),
  outcome: "skipped",
  durationUs: 0,
});

function record(session: Session, step: Step, options: ApplyOptions): StepRecord {
  const command = renderAt(options.etcDir, step);
  const start = process.hrtime.bigint();
  const durationUs = () => Math.round(Number(process.hrtime.bigint() - start) / 1000);
  try {
    options.before();
    run(session, step, options);
    return { command, outcome: "done", durationUs: durationUs() };
  } catch (thrown) {
    const { errno, text } = asSysError(thrown);
    if (isDeletion(step) && nothingThere.has(errno)) return { command, outcome: "absent", durationUs: durationUs() };
    return { command, outcome: "failed", durationUs: durationUs(), error: { errno, text } };
  }
}

const isDeletion = (step: Step): boolean =>
  ["link.doom", "port.release", "file.remove", "resolver.close"].includes(step.op) || step.op.endsWith(".del");
const nothingThere: ReadonlySet<string> = new Set(["ENOENT", "ENODEV", "ESRCH", "EADDRNOTAVAIL"]);

type StepOf<Op extends Step["op"]> = Extract<Step, { op: Op }>;
type Runners = { [Op in Step["op"]]: (session: Session, step: StepOf<Op>, options: ApplyOptions) => void };

const runners: Runners = {
  "netns.add": (session, { name }) => session.addNamespace(name),
  "netns.adopt": (session, { name, op: _, ...adopted }) => session.adoptNamespace(name, adopted),
  "netns.del": (session, { name }) => session.deleteNamespace(name),
  "link.add": addLink,
  "link.set": changeLink,
  "port.set": (session, { ns, name, set }) => void session.socket(ns).request(setPort(name, set)),
  "bridge.adopt": adoptBridge,
  "link.del": byOwnIndex((index) => deleteLink(index)),
  "link.doom": byOwnIndex((index) => setLinkGroup(index, doomedGroup)),
  "doomed.del": (session, { ns }) => void session.socket(ns).request(deleteLinkGroup(doomedGroup)),
  "address.replace": onDevice((index, { address }) => replaceAddress(index, address, protocol)),
  "address.del": onDevice((index, { address }) => deleteAddress(index, address)),
  "route.replace": onDevice((index, route) => replaceRoute({ ...route, index }, protocol)),
  "route.del": onDevice((index, route) => deleteRoute({ ...route, index }, protocol)),
  "neighbour.replace": onDevice((index, neighbour) => replaceNeighbour({ ...neighbour, index }, protocol)),
  "neighbour.del": onDevice((index, neighbour) => deleteNeighbour({ ...neighbour, index })),
  "shaper.replace": onDevice((index, bucket) => replaceTbf(index, qdiscMajor, bucket)),
  "shaper.del": onDevice((index) => deleteRoot(index, qdiscMajor)),
  "ingress.add": onDevice((index) => addIngress(index)),
  "ingress.del": onDevice((index) => deleteIngress(index)),
  "redirect.add": (session, { ns, dev, to }) =>
    void session.socket(ns).request(addRedirect(session.index(ns, dev), session.index(ns, to))),
  "redirect.del": onDevice((index) => deleteRedirect(index)),
  "sysctl.set": (session, { ns, name, value }) => session.sysctls(ns, (sysctls) => sysctls.write(name, value)),
  "port.hold": (_, { op: __, ...port }) => heldPorts.hold({ kind: "port", ...port }),
  "port.release": (_, port) => heldPorts.release(port),
  "resolver.open": (session, { ns }, { resolvers }) => resolvers.open(ns, session.descriptor(ns)),
  "resolver.close": (session, { ns, table }, { resolvers }) =>
    resolvers.close(ns, table && session.opens(ns) ? session.descriptor(ns) : null),
  "conntrack.del": (_, flows) => deleteFlows(flows),
  "guard-table.add": () => addTable(),
  "guard-table.del": (session) => session.netfilter().batch(deleteTable(tableName)),
  "guard.add": (session, guard) => addGuard(session.netfilter(), guard),
  "guard.del": (session, guard) => deleteGuard(session.netfilter(), guard),
  "guard.replace": (session, guard) => replaceGuard(session.netfilter(), guard),
  "quiet.add": (session, { port }) => addQuiet(session.netfilter(), port),
  "quiet.del": (session, { port }) => deleteQuiet(session.netfilter(), port),
  "firewall.set": (_, step, { firewall }) => firewall.set(step),
  "file.write": (_, file, { files }) => files.write(file),
  "file.remove": (_, file, { files }) => files.remove(file),
};

function run(session: Session, step: Step, options: ApplyOptions): void {
  const runner: (session: Session, step: never, options: ApplyOptions) => void = runners[step.op];
  runner(session, step as never, options);
}

/** One message that names its device by index. */
function onDevice<S extends { ns: Namespace; dev: string }>(message: (index: number, step: S) => Buffer) {
  return (session: Session, step: S): void => {
    session.socket(step.ns).request(message(session.index(step.ns, step.dev), step));
  };
}

/** Ownership is set in the message that makes the link, so no crash leaves one of ours unmarked. A peer goes with its link. */
function addLink(session: Session, { ns, name, link }: StepOf<"link.add">): void {
  const own = { name, group: linkGroup };
  if (link.type === "bridge") session.addBridge(ns, { ...own, mac: link.mac });
  else if (link.type === "ifb") session.addIfb(ns, { ...own, mtu: link.mtu });
  else session.addVeth(ns, { ...own, mac: link.mac, mtu: link.mtu, peer: link.peer });
}

function changeLink(session: Session, { ns, name, set }: StepOf<"link.set">): void {
  const { master, ...rest } = set;
  const bridge = master === undefined ? {} : { master: master === null ? 0 : session.index(ns, master) };
  session.socket(ns).request(setLink(name, { ...rest, ...bridge }));
}

function adoptBridge(session: Session, { ns, name }: StepOf<"bridge.adopt">): void {
  const { type } = session.link(ns, name);
  if (type !== "bridge") throw new SysError("netlink", "ENODEV", `${name} is not a bridge`);
  session.socket(ns).request(setLink(name, { up: true }));
}

/** Deletes what it has looked at and found to be ours: a foreign link of that name is nothing of ours to delete. */
function byOwnIndex(message: (index: number) => Buffer) {
  return (session: Session, { ns, name }: { ns: Namespace; name: string }): void => {
    const { index, group } = session.link(ns, name);
    if (!isOurGroup(group)) throw new SysError("netlink", "ENODEV", `${name} is not Patchbay's`);
    session.socket(ns).request(message(index));
    session.forgetIndex(ns, name);
  };
}
