import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("./talk.ts", import.meta.url));

/** A program of somebody else, in a network namespace of its own that has no name. */
export class Stranger {
  readonly pid: number;
  readonly #process: ChildProcess;

  constructor(process: ChildProcess) {
    this.#process = process;
    this.pid = process.pid ?? 0;
  }

  /** Serves TCP port 80 under its name, as soon as this resolves. */
  static start(name: string, prepare = "true"): Promise<Stranger> {
    const serve = `${prepare}; exec "$0" "$@"`;
    return Stranger.#spawn(["sh", "-ec", serve, process.execPath, script, "serve", name, '{"tcp":[80],"udp":[]}']);
  }

  /** Runs a script of Node's, which writes a line as soon as it is ready. */
  static run(source: string): Promise<Stranger> {
    return Stranger.#spawn([process.execPath, "--eval", source]);
  }

  static async #spawn(argv: readonly string[]): Promise<Stranger> {
    const child = spawn("unshare", ["--net", "--", ...argv], { stdio: ["ignore", "pipe", "inherit"] });
    await Promise.race([
      once(child.stdout, "data"),
      once(child, "exit").then(() => Promise.reject(new Error(`${argv.join(" ")} has ended`))),
    ]);
    return new Stranger(child);
  }

  /** Runs a program in its namespace. */
  inside(...argv: string[]): string {
    const where = `--net=/proc/${this.pid}/ns/net`;
    return execFileSync("nsenter", [where, ...argv], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  }

  /**
   * Everything that ip(8), tc(8), nft(8), iptables(8) and sysctl(8) tell of its namespace, but for what the kernel counts by
   * itself, and the files that it asks for names.
   */
  everything(): string {
    const settings = this.inside("sysctl", "-a", "-r", "^net[.]").split("\n");
    return [
      ...seen.map((what) => `${what}:\n${withoutRemarks(this.inside(...what.split(" ")))}`),
      ...settings.filter((line) => !counted.test(line)),
      ...["hosts", "hostname", "resolv.conf", "nsswitch.conf"].map((name) => this.#file(`etc/${name}`)),
    ].join("\n");
  }

  /** A file as the process finds it: what it holds, and when it was written. */
  #file(path: string): string {
    const place = `/proc/${this.pid}/root/${path}`;
    if (!existsSync(place)) return `${path}: none`;
    const { ino, mtimeMs } = statSync(place);
    return `${path}: ${ino} ${mtimeMs}\n${readFileSync(place, "utf8")}`;
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await ended;
  }
}

const seen = [
  "ip -d addr",
  "ip -d link",
  "ip route show table all",
  "ip -6 route show table all",
  "ip rule",
  "ip -6 rule",
  "ip -4 neigh",
  "ip -6 neigh",
  "ip neigh show proxy",
  "ip netconf",
  "ip maddress",
  "tc qdisc",
  "iptables-save",
  "ip6tables-save",
  "nft list ruleset",
];
/** iptables-save(8) remarks on the time. */
const withoutRemarks = (text: string): string => text.replace(/^#.*\n/gm, "");
const counted = /^net[.](netfilter[.]nf_conntrack_count|.*stable_secret|ipv4[.]tcp_fastopen_key)/;
