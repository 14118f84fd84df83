import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Host, run } from "./netns.ts";
import type { Answer, Probe } from "./talk.ts";

const script = fileURLToPath(new URL("./talk.ts", import.meta.url));

/** The addresses of the wire between a host and the one outside. */
export const wire = {
  host: { 4: "192.0.2.1", 6: "2001:db8:1::1" },
  outside: { 4: "192.0.2.2", 6: "2001:db8:1::2" },
} as const;

/** A machine beside the host, in a namespace of its own: the host's default router, and a neighbour that may know its way in. */
export class Outside {
  readonly name = `outside-${randomBytes(4).toString("hex")}`;
  readonly #servers: ChildProcess[] = [];

  constructor(host: Host) {
    run("ip", "netns", "add", this.name);
    host.ip("link", "add", "up0", "type", "veth", "peer", "name", "up0", "netns", this.name);
    host.ip("addr", "add", `${wire.host[4]}/24`, "dev", "up0");
    host.ip("addr", "add", `${wire.host[6]}/64`, "dev", "up0", "nodad");
    this.ip("addr", "add", `${wire.outside[4]}/24`, "dev", "up0");
    this.ip("addr", "add", `${wire.outside[6]}/64`, "dev", "up0", "nodad");
    // A router that still looks for duplicates of its link-local address cannot ask for its neighbours, and loses what it forwards.
    const off = "sysctl -q -w net.ipv6.conf.up0.accept_dad=0";
    host.shell(off);
    run("ip", "netns", "exec", this.name, ...off.split(" "));
    this.ip("link", "set", "lo", "up");
    this.ip("link", "set", "up0", "up");
    host.ip("link", "set", "up0", "up");
    host.ip("route", "add", "default", "via", wire.outside[4]);
    host.ip("-6", "route", "add", "default", "via", wire.outside[6]);
  }

  ip(...args: string[]): string {
    return run("ip", "-n", this.name, ...args);
  }

  /** Sends what is for the subnet to the host, as a neighbour can who wants to reach its sandboxes directly. */
  knowsTheWayTo(subnet: string): void {
    this.ip("route", "replace", subnet, "via", wire.host[subnet.includes(":") ? 6 : 4]);
  }

  /** Serves the ports in a namespace until the end of the test; resolves when they are open. */
  async serve(ns: string, name: string, ports: { tcp: number[]; udp: number[] }): Promise<void> {
    const argv = ["netns", "exec", ns, process.execPath, script, "serve", name, JSON.stringify(ports)];
    const server = spawn("ip", argv, { stdio: ["ignore", "pipe", "inherit"] });
    this.#servers.push(server);
    const exited = once(server, "exit").then(() => Promise.reject(new Error(`the server in ${ns} has ended`)));
    exited.catch(() => {});
    await Promise.race([once(server.stdout, "data"), exited]);
  }

  close(): void {
    for (const server of this.#servers) server.kill("SIGKILL");
    // Now, and not when the namespace is done away with, so that another machine can take its place.
    this.ip("link", "del", "up0");
    run("ip", "netns", "del", this.name);
  }
}

/** Asks from inside a namespace, all at once. */
export function probe(ns: string, probes: readonly Probe[]): Promise<Answer[]> {
  return new Promise((resolve, reject) => {
    const argv = ["netns", "exec", ns, process.execPath, script, "probe", JSON.stringify(probes)];
    execFile("ip", argv, (error, stdout) => (error ? reject(error) : resolve(JSON.parse(stdout))));
  });
}
