import { createHash } from "node:crypto";
import type { TopologyState } from "#cnm/events.ts";
import type { Topology } from "#cnm/topology.ts";
import { namespaceName } from "#server/kernel/names.ts";
import { Stranger } from "../test/adopted.ts";
import { asks } from "../test/dns.ts";
import { test } from "../test/netns.ts";
import { checkPage } from "../test/pages.ts";
import { type CommandLine, withCommandLine } from "./cli.fixture.ts";

/** What happens between two commands and is not on the page. */
type Aside = (topology: Topology) => Promise<unknown>;

/** What is typed in each chapter of the page, after "patchbay"; PID stands for the process that is adopted. */
const chapters: Record<string, (string | Aside)[]> = {
  interfaces: [
    "network create front --subnet 10.1.0.0/24",
    "network create back --subnet 10.2.0.0/24 --subnet fd00:2::/64",
    "sandbox create shop --dns 10.2.0.53",
    "network connect back shop",
    "network connect front shop",
    "sandbox routes shop",
  ],
  gateway: [
    "endpoint update front/shop --gw-priority 10",
    'endpoint update back/shop --route "10.9.0.0/16 via 10.2.0.9" --sysctl net.ipv4.conf.IFNAME.log_martians=1',
    "sandbox routes shop",
  ],
  names: [
    "network connect back db --create --hostname db.example.com --network-alias database --dns 10.2.0.53",
    ({ sandboxes }) => {
      const shop = Object.values(sandboxes).find(({ name }) => name === "shop");
      return asks(namespaceName(shop?.id ?? ""), ["database"]);
    },
    "sandbox dns shop",
    "sandbox files db",
  ],
  sharing: [
    "sandbox create probe --network container:shop",
    "sandbox exec probe -- ip -4 -brief addr",
    "network connect back probe",
    "sandbox rm probe",
  ],
  links: ["link create shop db --subnet 10.3.0.0/31", "sandbox exec shop -- ip route get 10.3.0.1", "link ls"],
  limits: ["endpoint update back/db --egress 10mbit --dry-run", "endpoint update back/db --egress 10mbit"],
  adoption: [
    "sandbox adopt old --pid PID",
    "network connect back old",
    "sandbox dns shop",
    "sandbox dns old",
    "sandbox ls",
    "network disconnect back old",
    "sandbox rm old",
  ],
};

test("the page of sandboxes shows what the commands say", async ({ host }) => {
  const stranger = await Stranger.start("old");
  try {
    await withCommandLine(host, async (line) => checkPage("docs/sandboxes.md", await session(line, stranger.pid)));
  } finally {
    await stranger.end();
  }
});

/** The chapters as a terminal shows them. */
async function session({ run, daemon }: CommandLine, pid: number): Promise<Record<string, string>> {
  const blocks: Record<string, string> = {};
  const ids = new Set<string>();
  for (const [chapter, steps] of Object.entries(chapters)) {
    const texts: string[] = [];
    for (const step of steps) {
      const { topology } = await daemon.admin<TopologyState>("query", "topology.get");
      if (typeof step === "function") await step(topology);
      else {
        const { out, err } = await run(words(step).map((word) => (word === "PID" ? `${pid}` : word)));
        texts.push(`$ patchbay ${step}\n${out}${err}`.trimEnd());
      }
      for (const id of idsOf(topology)) ids.add(id);
    }
    const shown = texts.join("\n").replaceAll(`${pid}`, "PID").replaceAll("PID", "4321");
    blocks[chapter] = `\`\`\`console\n${steady(shown, [...ids])}\n\`\`\``;
  }
  return blocks;
}

const words = (command: string): string[] =>
  [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? "");

const idsOf = ({ networks, sandboxes, endpoints }: Topology): string[] => [
  ...Object.keys(networks),
  ...Object.keys(sandboxes),
  ...Object.keys(endpoints),
];

/** The text without what differs from run to run: ids by the order of their making, times, the test's own folder. */
function steady(text: string, ids: readonly string[]): string {
  const named = ids.reduce((result, id, i) => {
    const stand = createHash("sha256").update(`${i}`).digest("hex");
    return [64, 12, 10].reduce((all, digits) => all.replaceAll(id.slice(0, digits), stand.slice(0, digits)), result);
  }, text);
  return named
    .replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d /gm, "2026-11-20 12:00:00 ")
    .replace(/\d+(\.\d+)? (µs|ms)$/gm, "90 µs")
    .replace(/\S+\/etc\/(?=pb-)/g, "/etc/netns/")
    .replace(/[ \t]+$/gm, "");
}
