import { readFileSync } from "node:fs";
import type { FirewallFamily, FirewallRule } from "#cnm/firewall.ts";
import type { FirewallCounters, FirewallState } from "../calls.ts";
import { getGeneration } from "../netlink/nftables.ts";
import { NETLINK_NETFILTER, NetlinkSocket } from "../netlink/socket.ts";
import type { FirewallObject } from "../objects.ts";
import type { Step } from "../steps.ts";
import { asSysError } from "../sys.ts";
import { parseCounters } from "./counters.ts";
import { dependsOnOthers, fitTo } from "./fit.ts";
import { observed } from "./observed.ts";
import { notInstalled, type Programs } from "./programs.ts";
import { restoreInput } from "./restore.ts";
import { isInUse, parseRuleset, type Ruleset } from "./ruleset.ts";

type Family = 4 | 6;
const families = [4, 6] as const;
type Flavour = "nft" | "legacy";

/** Which of the iptables is used: "iptables-nft-save", or "iptables-save" where there is but one. */
interface Variant {
  flavour: Flavour;
  infix: `-${Flavour}` | "";
}

const base = (family: Family): string => (family === 4 ? "iptables" : "ip6tables");

/** The firewall of the daemon's namespace, by way of iptables(8), on the kernel worker's thread. */
export class Firewall {
  readonly #programs: Programs;
  #variant: Variant | null = null;

  constructor(programs: Programs) {
    this.#programs = programs;
  }

  /**
   * Runs one step. If it depends on what others have, or fails because something is so already (as after somebody flushed
   * the rules), it is fitted to what there is. Throws SysError in iptables' words.
   */
  set({ family, tables }: Extract<Step, { op: "firewall.set" }>): void {
    const input = restoreInput(dependsOnOthers(tables) ? fitTo(tables, this.#found(family)) : tables);
    try {
      this.#restore(family, input);
    } catch (error) {
      if (asSysError(error).errno !== "EINVAL") throw error;
      const fitted = restoreInput(fitTo(tables, this.#found(family)));
      if (fitted === input) throw error;
      this.#restore(family, fitted);
    }
  }

  /** What of ours is there. Nothing where there is no iptables. Throws SysError if it cannot be told. */
  observe(like: readonly FirewallObject[], everything: boolean): FirewallObject[] {
    const asked = families.filter((family) => everything || like.some((object) => object.family === family));
    return asked
      .filter((family) => this.#programs.has(this.#program(family, "save")))
      .flatMap((family) => observed(this.#found(family), { family, like, everything }));
  }

  /** Found out by running the programs. */
  state(): FirewallState {
    return { 4: this.#stateOf(4), 6: this.#stateOf(6) };
  }

  /** Our rules with what they have counted: one run of iptables-save for each family. */
  counters(): Pick<FirewallCounters, "families" | "rules"> {
    const found = families.map((family) => this.#countersOf(family));
    return { families: found.map(({ state }) => state), rules: found.flatMap(({ rules }) => rules) };
  }

  #countersOf(family: Family): { state: FirewallFamily; rules: FirewallRule[] } {
    try {
      const rules = parseCounters(family, this.#programs.run(this.#program(family, "save"), ["-c"]));
      return { state: { family, flavour: this.#chosen().flavour, reason: null }, rules };
    } catch (error) {
      return { state: { family, flavour: null, reason: asSysError(error).text }, rules: [] };
    }
  }

  #stateOf(family: Family): FirewallState[Family] {
    const restore = this.#program(family, "restore");
    try {
      this.#found(family);
      if (!this.#programs.has(restore)) throw notInstalled(restore);
      return { ok: true, flavour: this.#chosen().flavour };
    } catch (error) {
      return { ok: false, reason: asSysError(error).text };
    }
  }

  /** Waits up to 5 s for others who change rules. */
  #restore(family: Family, input: string): void {
    if (input !== "") this.#programs.run(this.#program(family, "restore"), ["--noflush", "-w", "5"], input);
  }

  #found(family: Family): Ruleset {
    return parseRuleset(this.#programs.run(this.#program(family, "save"), []));
  }

  #program(family: Family, verb: "save" | "restore"): string {
    return `${base(family)}${this.#chosen().infix}-${verb}`;
  }

  /** Chosen once, as soon as there is anything to choose from. */
  #chosen(): Variant {
    if (this.#variant) return this.#variant;
    const chosen = this.#choose();
    if (chosen) this.#variant = chosen;
    return chosen ?? { flavour: "nft", infix: "" };
  }

  /** The one the host already uses, else that of nftables if the kernel has them. */
  #choose(): Variant | null {
    const has = (infix: Variant["infix"]) => this.#programs.has(`iptables${infix}-save`);
    const isPreferred = () => !hasNftables() || (this.#uses("legacy") && !(has("-nft") && this.#uses("nft")));
    if (has("-legacy") && isPreferred()) return { flavour: "legacy", infix: "-legacy" };
    if (has("-nft")) return { flavour: "nft", infix: "-nft" };
    if (has("")) return { flavour: this.#flavourOfPlain(), infix: "" };
    return has("-legacy") ? { flavour: "legacy", infix: "-legacy" } : null;
  }

  #uses(flavour: Flavour): boolean {
    return families.some((family) => {
      if (flavour === "legacy" && legacyTables(family).length === 0) return false;
      const program = `${base(family)}-${flavour}-save`;
      return this.#programs.has(program) && isInUse(parseRuleset(this.#programs.run(program, [])));
    });
  }

  /** "iptables v1.8.9 (nf_tables)"; before 1.8 there was no other than the legacy one, and none is named. */
  #flavourOfPlain(): Flavour {
    return this.#programs.run("iptables-save", ["-V"]).includes("(nf_tables)") ? "nft" : "legacy";
  }
}

/** Whether this kernel has any, whatever programs there are. */
function hasNftables(): boolean {
  try {
    const socket = new NetlinkSocket(NETLINK_NETFILTER);
    try {
      socket.request(getGeneration());
    } finally {
      socket.close();
    }
    return true;
  } catch (error) {
    if (noNftables.has(asSysError(error).errno)) return false;
    throw error;
  }
}

/** No nfnetlink (socket(2)), or no nftables in it (nfnetlink_rcv_msg()). */
const noNftables: ReadonlySet<string> = new Set(["EPROTONOSUPPORT", "EINVAL", "EOPNOTSUPP"]);

/** The tables that iptables-legacy has in this thread's namespace: asking for one that is not there would make it. */
export function legacyTables(family: Family): string[] {
  try {
    const names = readFileSync(`/proc/thread-self/net/${family === 4 ? "ip" : "ip6"}_tables_names`, "utf8");
    return names.split("\n").filter((name) => name !== "");
  } catch {
    return [];
  }
}
