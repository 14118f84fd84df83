import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plan } from "./plan.ts";
import { ModelKernel } from "./model.fixture.ts";
import {
  bridge,
  bridgeObjects,
  endpointObjects,
  hostEnd,
  linkObjects,
  sandboxNs,
  sandboxObjects,
  shapedObjects,
} from "../objects.fixture.ts";
import { type HeldPort, type KernelObject, keyOf } from "../objects.ts";
import { joined, network, script, sorted } from "./plans.fixture.ts";

describe("held ports", () => {
  const port = (change: Partial<HeldPort> = {}): HeldPort => ({
    kind: "port",
    protocol: "tcp",
    address: "0.0.0.0",
    port: 8080,
    count: 1,
    to: { address: "172.30.0.2", port: 80 },
    ...change,
  });

  test("are held before anything else", () => {
    expect(plan([...joined, port()], network)[0]).toEqual({
      op: "port.hold",
      protocol: "tcp",
      address: "0.0.0.0",
      port: 8080,
      count: 1,
      to: { address: "172.30.0.2", port: 80 },
    });
  });

  test("are released, and their flows cut, when nothing leads to the link any more", () => {
    const range = port({
      protocol: "udp",
      address: "::",
      port: 8000,
      count: 100,
      to: { address: "fd00:30::2", port: 1000 },
    });
    expect(script([...network, ...sandboxObjects(1)], [...joined, port(), range])).toMatchInlineSnapshot(`
      "ip link del dev pbv0000100000
      # release tcp 0.0.0.0:8080 (a socket bound by patchbayd)
      conntrack -D -f ipv4 -p tcp --orig-port-dst 8080 --reply-src 172.30.0.2 --dst-nat
      # release udp [::]:8000-8099 (100 sockets bound by patchbayd)
      for port in $(seq 8000 8099); do conntrack -D -f ipv6 -p udp --orig-port-dst $port --reply-src fd00:30::2 --dst-nat; done"
    `);
  });

  test("that move are held first: the old ones are not free before", () => {
    expect(script([port({ address: "127.0.0.1" })], [port()])).toMatchInlineSnapshot(`
      "# hold tcp 127.0.0.1:8080 (a socket bound by patchbayd)
      # release tcp 0.0.0.0:8080 (a socket bound by patchbayd)
      conntrack -D -f ipv4 -p tcp --orig-port-dst 8080 --reply-src 172.30.0.2 --dst-nat"
    `);
  });

  test("that lead elsewhere stay held", () => {
    expect(script([port({ to: { address: "172.30.0.3", port: 80 } })], [port()])).toMatchInlineSnapshot(`
      "# hold tcp 0.0.0.0:8080 (a socket bound by patchbayd)
      conntrack -D -f ipv4 -p tcp --orig-port-dst 8080 --reply-src 172.30.0.2 --dst-nat"
    `);
  });
});

/** Any part of a small world: sandboxes with or without an endpoint, whose details differ from time to time. */
const world = fc
  .record({
    mtu: fc.constantFrom(1400, 1500),
    sandboxes: fc.uniqueArray(fc.integer({ min: 0, max: 4 })),
    endpoints: fc.uniqueArray(
      fc.record({
        n: fc.integer({ min: 0, max: 4 }),
        master: fc.constantFrom(bridge, null),
        address: fc.constantFrom("172.30.1.1/16", "172.30.1.2/16", null),
        route: fc.boolean(),
        device: fc.constantFrom("eth0", "eth1"),
        name: fc.integer({ min: 0, max: 4 }),
        isolated: fc.boolean(),
        hairpin: fc.boolean(),
        quiet: fc.boolean(),
        rates: fc.constantFrom({ ingress: 8000, egress: 9000 }, { ingress: 8000, egress: 10000 }, null),
        guarded: fc.constantFrom(["172.30.1.1"], ["172.30.1.1", "fd00:30::9"], null),
        neighbour: fc.constantFrom("02:42:ac:1e:00:07", "02:42:ac:1e:00:08", null),
      }),
      { selector: ({ n }) => n },
    ),
    present: fc.boolean(),
    ports: fc.uniqueArray(
      fc.record({
        kind: fc.constant("port" as const),
        protocol: fc.constantFrom("tcp" as const, "udp" as const),
        address: fc.constantFrom("0.0.0.0", "::"),
        port: fc.constantFrom(80, 81),
        count: fc.constantFrom(1, 2),
        to: fc.record({ address: fc.constantFrom("172.30.0.2", "fd00::2"), port: fc.constant(80) }),
      }),
      { selector: keyOf, maxLength: 3 },
    ),
    table: fc.boolean(),
    /** The sandbox that it is made from and the one it leads to. */
    link: fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 }), fc.boolean()),
    resolvers: fc.uniqueArray(fc.integer({ min: 0, max: 4 })),
  })
  .map(({ mtu, sandboxes, endpoints, present, ports, table, resolvers, link: [from, to, routed] }): KernelObject[] => [
    ...ports,
    ...resolvers.filter((n) => sandboxes.includes(n)).map((n) => ({ kind: "resolver" as const, ns: sandboxNs(n) })),
    ...(table ? [{ kind: "guard-table" as const }] : []),
    ...(present ? bridgeObjects({ mtu }) : []),
    ...sandboxes.flatMap(sandboxObjects),
    ...(from !== to && sandboxes.includes(from) && sandboxes.includes(to)
      ? linkObjects(from, to, { mtu, mac: `02:42:0a:01:01:${mtu % 100}0` }).filter(
          ({ kind }) => routed || kind !== "route",
        )
      : []),
    ...endpoints
      .filter(({ n, name }, i) => sandboxes.includes(n) && endpoints.findIndex((other) => other.name === name) === i)
      .flatMap(
        ({
          n,
          master,
          isolated,
          hairpin,
          quiet,
          rates,
          guarded,
          address,
          route,
          device,
          name,
          neighbour,
        }): KernelObject[] => {
          const ns = sandboxNs(n);
          const dev = device;
          const [veth] = endpointObjects(n, {
            name: hostEnd(name),
            master: present ? master : null,
            isolated: present && master !== null && isolated,
            hairpin: present && master !== null && hairpin,
            peer: { ns, name: device, mac: "02:42:ac:1e:00:02", mtu, up: true },
          });
          return [
            ...(veth ? [veth] : []),
            ...(rates ? shapedObjects(name, rates) : []),
            ...(quiet && table ? [{ kind: "quiet" as const, port: hostEnd(name) }] : []),
            ...(guarded === null || !table
              ? []
              : [{ kind: "guard" as const, port: hostEnd(name), mac: "02:42:ac:1e:00:02", addresses: [...guarded] }]),
            { kind: "sysctl", ns, name: `net/ipv6/conf/${device}/accept_ra`, value: String(mtu % 2) },
            ...(address === null ? [] : [{ kind: "address" as const, ns, dev, address }]),
            ...(address !== null && route
              ? [{ kind: "route" as const, ns, family: 4 as const, dst: "default", via: "172.30.0.1", dev }]
              : []),
            ...(neighbour === null ? [] : [{ kind: "neighbour" as const, ns, dev, dst: "172.30.0.7", mac: neighbour }]),
          ];
        },
      ),
  ]);

describe("for any two states", () => {
  test("there is nothing to do between equal ones", () => {
    fc.assert(
      fc.property(world, (state) => {
        expect(plan(state, state)).toEqual([]);
      }),
    );
  });

  test("the plan turns one into the other, and no step misses what it names", () => {
    fc.assert(
      fc.property(world, world, (want, have) => {
        const after = new ModelKernel(have).run(plan(want, have)).objects;
        expect(sorted(after)).toEqual(sorted(want));
        expect(plan(want, after)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  test("from wherever a plan stops, a new plan arrives", () => {
    fc.assert(
      fc.property(world, world, fc.nat(), (want, have, stop) => {
        const steps = plan(want, have);
        const halfway = new ModelKernel(have).run(steps.slice(0, stop % (steps.length + 1))).objects;
        expect(sorted(new ModelKernel(halfway).run(plan(have, halfway)).objects)).toEqual(sorted(have));
      }),
      { numRuns: 1000 },
    );
  });
});
