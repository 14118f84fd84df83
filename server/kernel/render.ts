import { resolverAddress } from "#cnm/resolv-conf.ts";
import { restoreInput } from "./firewall/restore.ts";
import { elementsOf, elementText, type GuardElement, quietElement, replacement } from "./guard/elements.ts";
import { skeleton, tableName } from "./guard/skeleton.ts";
import { doomedGroup, linkGroup, protocol, qdiscMajor } from "./names.ts";
import type { Namespace } from "./objects.ts";
import { rangeText } from "./plan/ports.ts";
import { resolverTable } from "./resolver/table.ts";
import type { LinkAdd, LinkSet, PortSet, Step } from "./steps.ts";

/** The command line that does the same as the step, for a POSIX shell. Pure. */
export const render = (step: Step): string => renderAt("/etc/netns", step);

/** As `render`, where the files of namespaces are elsewhere. */
export function renderAt(etcDir: string, step: Step): string {
  if (step.op === "port.hold" || step.op === "port.release") return portComment(step);
  if (step.op === "resolver.open" || step.op === "resolver.close") return resolverComment(step);
  if (step.op === "conntrack.del") return flowDeletion(step);
  if (step.op === "guard-table.add") return hereDocument("nft -f -", skeleton);
  if (step.op === "firewall.set") return hereDocument(restore(step.family), restoreInput(step.tables));
  if (step.op === "file.write") return fileWriting(step, `${etcDir}/${step.ns}`);
  if (step.op === "file.remove") return fileRemoval(step, `${etcDir}/${step.ns}`);
  return argumentsOf(step).map(quote).join(" ");
}

type StepOf<Op extends Step["op"]> = Extract<Step, { op: Op }>;

/** No command can do it: the socket is the daemon's own. */
function portComment(step: StepOf<"port.hold" | "port.release">): string {
  const sockets = step.count === 1 ? "a socket" : `${step.count} sockets`;
  return `# ${step.op === "port.hold" ? "hold" : "release"} ${rangeText(step)} (${sockets} bound by patchbayd)`;
}

/** No command can do it: the sockets are the daemon's own, and their ports the kernel's choice. */
function resolverComment(step: StepOf<"resolver.open" | "resolver.close">): string {
  const { op, ns } = step;
  const what = `resolver at ${resolverAddress}:53 in ${ns} (a UDP and a TCP socket of patchbayd`;
  if (op === "resolver.close") return `# close ${what}${step.table ? `, and "table ip ${resolverTable}" of nft` : ""})`;
  const to = (protocol: string) => `ip daddr ${resolverAddress} ${protocol} dport 53 dnat to ${resolverAddress}:PORT`;
  return `# open ${what}, and in "table ip ${resolverTable}" of nft: ${to("udp")}; ${to("tcp")})`;
}

/** conntrack(8) knows no ranges of ports. */
function flowDeletion({ family, protocol, port, count, to }: StepOf<"conntrack.del">): string {
  const target = (port: string) => (to ? `--reply-src ${to.address} --dst-nat` : `--reply-port-src ${port}`);
  const flows = (port: string) => `conntrack -D -f ipv${family} -p ${protocol} --orig-port-dst ${port} ${target(port)}`;
  const commandLine =
    count === 1 ? flows(`${port}`) : `for port in $(seq ${port} ${port + count - 1}); do ${flows("$port")}; done`;
  return to ? commandLine : `${commandLine} # those to the host itself`;
}

const restore = (family: 4 | 6): string => `${family === 4 ? "iptables" : "ip6tables"}-restore --noflush -w 5`;

/** Ends with the first of "END", "END1" … that is no line of the document. */
function hereDocument(command: string, input: string): string {
  const lines = new Set(input.split("\n"));
  let end = "END";
  for (let n = 1; lines.has(end); n++) end = `END${n}`;
  return `${command} <<'${end}'\n${input}${end}`;
}

function fileWriting({ name, content }: StepOf<"file.write">, directory: string): string {
  return hereDocument(`mkdir -p ${quote(directory)} && cat > ${quote(`${directory}/${name}`)}`, content);
}

/** The directory goes with its last file. */
function fileRemoval({ names }: StepOf<"file.remove">, directory: string): string {
  const files = names.map((name) => quote(`${directory}/${name}`)).join(" ");
  return `rm -f ${files} && rmdir --ignore-fail-on-non-empty ${quote(directory)}`;
}

type Command = Exclude<
  Step,
  StepOf<
    | "file.write"
    | "file.remove"
    | "port.hold"
    | "port.release"
    | "resolver.open"
    | "resolver.close"
    | "conntrack.del"
    | "guard-table.add"
    | "firewall.set"
  >
>;

/** The words of the command: ip(8)'s, sysctl(8)'s or nft(8)'s. */
function argumentsOf(step: Command): string[] {
  switch (step.op) {
    case "netns.add":
      return ["ip", "netns", "add", step.name];
    case "netns.adopt":
      return attach(step);
    case "netns.del":
      return ["ip", "netns", "del", step.name];
    case "link.add":
      return [...ip(step.ns), "link", "add", "name", step.name, ...linkAdd(step.link)];
    case "link.set":
      return [...ip(step.ns), "link", "set", "dev", step.name, ...linkSet(step.set)];
    case "port.set":
      return [...ip(step.ns), "link", "set", "dev", step.name, "type", "bridge_slave", ...portSet(step.set)];
    case "bridge.adopt":
      return [...ip(step.ns), "link", "set", "dev", step.name, "up"];
    case "link.del":
      return [...ip(step.ns), "link", "del", "dev", step.name];
    case "link.doom":
      return [...ip(step.ns), "link", "set", "dev", step.name, "group", `${doomedGroup}`];
    case "doomed.del":
      return [...ip(step.ns), "link", "del", "group", `${doomedGroup}`];
    case "address.replace":
      // Our protocol number is on the address as well (IFA_PROTO), but iproute2 6.1 of Debian 12 has no word for that yet.
      return [...ip(step.ns), "addr", "replace", step.address, "dev", step.dev, ...nodad(step.address)];
    case "address.del":
      return [...ip(step.ns), "addr", "del", step.address, "dev", step.dev];
    case "route.replace":
      return [...ip(step.ns, step.family), "route", "replace", ...route(step), ...origin];
    case "route.del":
      return [...ip(step.ns, step.family), "route", "del", ...route(step), ...origin];
    case "neighbour.replace": {
      const { ns, dev, dst, mac } = step;
      return [
        ...ip(ns),
        "neigh",
        "replace",
        dst,
        "lladdr",
        mac,
        "dev",
        dev,
        "nud",
        "permanent",
        "protocol",
        `${protocol}`,
      ];
    }
    case "neighbour.del":
      return [...ip(step.ns), "neigh", "del", step.dst, "dev", step.dev];
    case "shaper.replace": {
      const { ns, dev, rate, burst, limit } = step;
      const bucket = ["rate", `${rate}bit`, "burst", `${burst}`, "limit", `${limit}`];
      return [...tc(ns), "qdisc", "replace", "dev", dev, "root", "handle", shaperHandle, "tbf", ...bucket];
    }
    case "shaper.del":
      return [...tc(step.ns), "qdisc", "del", "dev", step.dev, "root", "handle", shaperHandle];
    case "ingress.add":
      return [...tc(step.ns), "qdisc", "add", "dev", step.dev, "ingress"];
    case "ingress.del":
      return [...tc(step.ns), "qdisc", "del", "dev", step.dev, "ingress"];
    case "redirect.add": {
      const all = ["protocol", "all", "pref", "1", "u32", "match", "u32", "0", "0"];
      const action = ["action", "mirred", "egress", "redirect", "dev", step.to];
      return [...tc(step.ns), "filter", "add", "dev", step.dev, "ingress", ...all, ...action];
    }
    case "redirect.del":
      return [...tc(step.ns), "filter", "del", "dev", step.dev, "ingress", "protocol", "all", "pref", "1", "u32"];
    case "sysctl.set":
      return [...inside(step.ns), "sysctl", "-w", `${dotted(step.name)}=${step.value}`];
    case "guard-table.del":
      return ["nft", "delete", "table", "bridge", tableName];
    case "guard.add":
      return nft("add", elementsOf(step));
    case "guard.del":
      return nft("delete", elementsOf(step));
    case "quiet.add":
      return nft("add", [quietElement(step.port)]);
    case "quiet.del":
      return nft("delete", [quietElement(step.port)]);
    case "guard.replace": {
      const { gone, come } = replacement(step);
      const [, remove] = nft("delete", gone);
      const [, add] = nft("add", come);
      return ["nft", [remove, add].filter(Boolean).join("; ")];
    }
  }
}

/** A path is brought in by a process that goes there; a container's namespace is that of its process. */
function attach({ name, source }: StepOf<"netns.adopt">): string[] {
  const own = ["ip", "netns", "attach", name];
  return source.kind === "path"
    ? ["nsenter", `--net=${source.path}`, "sh", "-c", `${own.join(" ")} $$`]
    : [...own, `${source.pid}`];
}

/** All elements in one call, which is one transaction. */
function nft(verb: "add" | "delete", elements: readonly GuardElement[]): string[] {
  const sets = [...new Set(elements.map(({ set }) => set))];
  const commands = sets.map((set) => {
    const own = elements.filter((element) => element.set === set).map(elementText);
    return `${verb} element bridge ${tableName} ${set} { ${own.join(", ")} }`;
  });
  return ["nft", commands.join("; ")];
}

const origin = ["proto", `${protocol}`];
const singleQueue = ["numtxqueues", "1", "numrxqueues", "1"];

const ip = (ns: Namespace, family?: 4 | 6): string[] => [
  "ip",
  ...(ns ? ["-n", ns] : []),
  ...(family === 6 ? ["-6"] : []),
];
const tc = (ns: Namespace): string[] => ["tc", ...(ns ? ["-n", ns] : [])];
const shaperHandle = `${qdiscMajor.toString(16)}:`;
const inside = (ns: Namespace): string[] => (ns ? ["ip", "netns", "exec", ns] : []);
const nodad = (address: string): string[] => (address.includes(":") ? ["nodad"] : []);

function linkAdd(link: LinkAdd): string[] {
  const own = ["group", `${linkGroup}`];
  if (link.type === "bridge") return [...own, "address", link.mac, "type", "bridge", "no_linklocal_learn", "1"];
  if (link.type === "ifb") return [...own, "mtu", `${link.mtu}`, ...singleQueue, "type", "ifb"];
  const { ns, name, mac, mtu } = link.peer;
  const peer = ["name", name, "mtu", `${mtu}`, "address", mac, ...singleQueue, ...(ns ? ["netns", ns] : [])];
  const address = link.mac === undefined ? [] : ["address", link.mac];
  return [...own, "mtu", `${link.mtu}`, ...address, ...singleQueue, "type", "veth", "peer", ...peer];
}

function linkSet({ alias, mac, mtu, master, up }: LinkSet): string[] {
  return [
    ...(alias === undefined ? [] : ["alias", alias]),
    ...(mac === undefined ? [] : ["address", mac]),
    ...(mtu === undefined ? [] : ["mtu", `${mtu}`]),
    ...(master === undefined ? [] : master === null ? ["nomaster"] : ["master", master]),
    ...(up === undefined ? [] : [up ? "up" : "down"]),
  ];
}

function portSet({ isolated, hairpin }: PortSet): string[] {
  return [
    ...(isolated === undefined ? [] : ["isolated", isolated ? "on" : "off"]),
    ...(hairpin === undefined ? [] : ["hairpin", hairpin ? "on" : "off"]),
  ];
}

function route({ dst, via, dev }: { dst: string; via: string | null; dev: string }): string[] {
  return [dst, ...(via === null ? [] : ["via", via]), "dev", dev];
}

/** sysctl(8) separates with dots; a dot inside a name ("eth0.5") is then written as a slash. */
const dotted = (name: string): string => name.replace(/[/.]/g, (char) => (char === "/" ? "." : "/"));

/** Single quotes where a shell would see anything but the plain word. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
