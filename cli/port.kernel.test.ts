import { expect } from "vitest";
import type { Endpoint } from "#cnm/endpoint.ts";
import type { Network } from "#cnm/network.ts";
import { formatExposure, formatPublication } from "#cnm/ports.ts";
import { test } from "../test/netns.ts";
import { type CommandLine, withCommandLine } from "./cli.fixture.ts";

const columns = (out: string) => out.split("\n").map((line) => line.split(/ {2,}/));

async function endpointOf({ done }: CommandLine, ref: string) {
  const [{ endpoint }]: [{ endpoint: Endpoint }] = JSON.parse(await done("endpoint", "inspect", ref));
  const { ports, exposed, links } = endpoint;
  return {
    ports: ports.map(formatPublication),
    exposed: exposed.map(formatExposure),
    links: links.map(({ alias }) => alias),
  };
}

async function networkOf({ done }: CommandLine, ref: string): Promise<Network> {
  const [{ network }]: [{ network: Network }] = JSON.parse(await done("network", "inspect", ref));
  return network;
}

test("ports by hand: publish, look, add, remove", async ({ host }) => {
  await withCommandLine(host, async (line) => {
    const { done, run } = line;
    await done("network", "create", "web", "--subnet", "10.8.0.0/24");
    await done("network", "connect", "web", "a", "--create", "-p", "8080:80", "-p", "127.0.0.1:53:53/udp");
    await done("endpoint", "create", "web", "idle", "--publish", "9000-9009:90-99");
    expect(columns(await done("port", "ls"))).toEqual([
      ["HOST PORT(S)", "PROTO", "ENDPOINT", "SANDBOX", "TO", "REACHABLE BY"],
      ["127.0.0.1:53", "udp", "web/a", "a", "10.8.0.2:53", "this host only"],
      ["*:8080", "tcp", "web/a", "a", "10.8.0.2:80", "everywhere"],
      ["*:9000-9009", "tcp", "web/idle", "-", "10.8.0.3:90-99", "nowhere: not joined"],
    ]);
    expect(JSON.parse(await done("port", "ls", "--sandbox", "a", "--json"))).toMatchObject([
      { protocol: "udp", hostAddress: "127.0.0.1", hostPort: 53, endpoint: { name: "a" }, active: true },
      { protocol: "tcp", hostAddress: null, hostPort: 8080, sandbox: { name: "a" }, reach: "everywhere" },
    ]);

    expect(await done("port", "add", "web/a", "8443:443", "7000:70/sctp")).toBe(
      "endpoint web/a publishes 8443:443/tcp, 7000:70/sctp",
    );
    expect(await run(["port", "add", "web/a", "9001:1"])).toEqual({
      code: 1,
      out: "",
      err: "patchbay: 9001:1/tcp: port is already allocated by endpoint web/idle\n  to lift it: choose another host port or address, or none to have one chosen\n",
    });
    expect((await run(["port", "add", "web/a", "8081:x", "[::]:82:82"])).err).toBe(
      'patchbay: 8081:x: "x" is not a port from 1 to 65535 or a range such as 8000-8010\n',
    );
    expect((await run(["port", "add", "web/a", "[::]:82:82"])).err).toMatch(/^patchbay: \[::\]:82:82: .*no IPv6 addr/);
    const before = await endpointOf(line, "web/a");
    expect(before.ports).toEqual(["8080:80/tcp", "127.0.0.1:53:53/udp", "8443:443/tcp", "7000:70/sctp"]);
    await done("port", "rm", "web/a", "80", "--dry-run");
    expect(await endpointOf(line, "web/a")).toEqual(before);
    expect(await done("port", "rm", "web/a", "80", "8443:443")).toBe(
      "endpoint web/a no longer publishes 8080:80/tcp, 8443:443/tcp",
    );
    await done("port", "rm", "web/a", "--all");
    expect(await endpointOf(line, "web/a")).toMatchObject({ ports: [] });
    expect(columns(await done("port", "ls", "--network", "web"))).toHaveLength(2);
  });
});

test("ports that are added at the same time are all there, or their command has failed", async ({ host }) => {
  await withCommandLine(host, async (line) => {
    await line.done("network", "create", "web");
    await line.done("endpoint", "create", "web", "a");
    const specs = ["8081:81/tcp", "8082:82/tcp", "8083:83/tcp", "8084:84/tcp"];
    const ended = await Promise.all(specs.map((spec) => line.run(["port", "add", "web/a", spec])));
    const { ports } = await endpointOf(line, "web/a");
    expect(ports.length).toBeGreaterThan(0);
    expect(specs.filter((_, index) => ended[index]?.code === 0)).toEqual(ports.toSorted());
    for (const { code, err } of ended)
      if (code !== 0) expect(err).toMatch(/^patchbay: endpoint a has changed since you looked/);
  });
});

test("docker-run's flags create an endpoint, and an update replaces what it is given", async ({ host }) => {
  await withCommandLine(host, async (line) => {
    const { done, run } = line;
    await done("network", "create", "web", "--subnet", "10.8.0.0/24", "--ipv6");
    await done("network", "connect", "web", "db", "--create", "--expose", "5432", "--network-alias", "database");
    const flags = ["-P", "--expose", "80", "--expose", "53/udp", "-p", "443:443", "--link", "db:store"];
    await done("network", "connect", "web", "app", "--create", ...flags, "--mac-address", "02:00:00:00:00:09");
    expect(JSON.parse(await done("endpoint", "inspect", "web/app"))).toMatchObject([
      { endpoint: { mac: "02:00:00:00:00:09" } },
    ]);
    expect(await endpointOf(line, "web/app")).toEqual({
      ports: ["443:443/tcp", expect.stringMatching(/^\d+:80\/tcp$/), expect.stringMatching(/^\d+:53\/udp$/)],
      exposed: ["80/tcp", "53/udp"],
      links: ["store"],
    });
    await done("endpoint", "update", "web/app", "-p", "8080:80", "--no-link");
    expect(await endpointOf(line, "web/app")).toEqual({
      ports: ["8080:80/tcp"],
      exposed: ["80/tcp", "53/udp"],
      links: [],
    });
    await done("endpoint", "update", "web/app", "--expose", "90", "--link", "web/db", "--no-publish");
    expect(await endpointOf(line, "web/app")).toEqual({ ports: [], exposed: ["90/tcp"], links: ["db"] });
    const wrong = await run(["endpoint", "update", "web/app", "-p", "80", "-p", "8080:x", "--link", "a:b:c"]);
    expect(wrong).toEqual({
      code: 1,
      out: "",
      err: [
        "patchbay: 2 things are wrong:",
        '  --publish 8080:x: "x" is not a port from 1 to 65535 or a range such as 8000-8010',
        '  --link a:b:c: "a:b:c" is not a link such as db:database',
        "",
      ].join("\n"),
    });
    const asJson = await run(["endpoint", "update", "web/app", "-p", "8080:x", "--json"]);
    expect(JSON.parse(asJson.err).error.details.problems).toMatchObject([
      { path: "publish.0", written: "--publish 8080:x" },
    ]);
  });
});

test("options of a network, by Docker's labels or short, at its creation and later", async ({ host }) => {
  await withCommandLine(host, async (line) => {
    const { done } = line;
    const labels = ["com.docker.network.bridge.enable_icc=false", "com.docker.network.bridge.gateway_mode_ipv4=routed"];
    const subnet = ["--subnet", "10.8.0.0/24", "--ip-range", "10.8.0.128/25", "--aux-address", "router=10.8.0.3"];
    const opts = ["-o", ...labels.slice(0, 1), "--opt", ...labels.slice(1), "-o", "host_binding_ipv4=127.0.0.1"];
    await done("network", "create", "web", ...subnet, "--gateway", "10.8.0.254", ...opts);
    expect(await networkOf(line, "web")).toMatchObject({
      options: { icc: false, gatewayModeIpv4: "routed", hostBindingIpv4: "127.0.0.1", masquerade: true },
      pools: [{ gateway: "10.8.0.254", ipRange: "10.8.0.128/25", auxAddresses: { router: "10.8.0.3" } }],
    });
    expect(await done("network", "update", "web", "-o", "icc=true", "--internal")).toMatch(/^changed network web, /);
    expect(await networkOf(line, "web")).toMatchObject({ internal: true, options: { icc: true } });
    await done("network", "update", "--internal=false", "web", "--dry-run");
    expect(await networkOf(line, "web")).toMatchObject({ internal: true });
    await done("network", "update", "web", "--internal=false", "-o", "com.docker.network.driver.mtu=1400");
    expect(await networkOf(line, "web")).toMatchObject({ internal: false, options: { mtu: 1400, icc: true } });
  });
});
