import { randomBytes } from "node:crypto";
import { type Host, run } from "./netns.ts";

/** A host on which Docker 28 has its default network, with one container that publishes port 80 as 8090. */
export class Docker {
  /** The container's namespace. */
  readonly name = `docker-${randomBytes(4).toString("hex")}`;
  /** What it has told iptables, as `rules` tells it. */
  readonly ownRules: string;
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
    run("ip", "netns", "add", this.name);
    host.ip("link", "add", "docker0", "type", "bridge");
    host.ip("addr", "add", "172.18.0.1/16", "dev", "docker0");
    host.ip("link", "add", "veth0", "master", "docker0", "type", "veth", "peer", "name", "eth0", "netns", this.name);
    for (const device of ["veth0", "docker0"]) host.ip("link", "set", device, "up");
    const inside = (...args: string[]) => run("ip", "-n", this.name, ...args);
    inside("addr", "add", "172.18.0.2/16", "dev", "eth0");
    for (const device of ["lo", "eth0"]) inside("link", "set", device, "up");
    inside("route", "add", "default", "via", "172.18.0.1");
    host.shell(`sysctl -q -w net.ipv4.ip_forward=1
iptables-restore <<'END'
${[raw, filter("-A DOCKER -d 172.18.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT"), nat].join("\n")}
END
ip6tables-restore <<'END'
${filter()}
END`);
    this.ownRules = this.rules();
  }

  /** The lines of iptables-save(8) that are Docker's, without counters. */
  rules(): string {
    const lines = this.#host.shell("iptables-save; ip6tables-save").split("\n");
    return lines
      .filter((line) => /docker|^:FORWARD/i.test(line))
      .map((line) => line.replace(/ \[\d+:\d+\]$/, ""))
      .join("\n");
  }

  close(): void {
    run("ip", "netns", "del", this.name);
  }
}

const raw = `*raw
-A PREROUTING -d 172.18.0.2/32 ! -i docker0 -j DROP
COMMIT`;

/** `published`: what is open of containers. */
const filter = (...published: string[]): string => `*filter
:FORWARD DROP
:DOCKER -
:DOCKER-BRIDGE -
:DOCKER-CT -
:DOCKER-FORWARD -
:DOCKER-ISOLATION-STAGE-1 -
:DOCKER-ISOLATION-STAGE-2 -
:DOCKER-USER -
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-FORWARD
${[...published, "-A DOCKER ! -i docker0 -o docker0 -j DROP"].join("\n")}
-A DOCKER-BRIDGE -o docker0 -j DOCKER
-A DOCKER-CT -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A DOCKER-FORWARD -j DOCKER-CT
-A DOCKER-FORWARD -j DOCKER-ISOLATION-STAGE-1
-A DOCKER-FORWARD -j DOCKER-BRIDGE
-A DOCKER-FORWARD -i docker0 -j ACCEPT
-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
COMMIT`;

const nat = `*nat
:DOCKER -
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.18.0.0/16 ! -o docker0 -j MASQUERADE
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8090 -j DNAT --to-destination 172.18.0.2:80
COMMIT`;
