import { describe, expect, test } from "vitest";
import { plan } from "./plan.ts";
import { ModelKernel } from "./model.fixture.ts";
import { endpointObjects, linkObjects, sandboxNs, sandboxObjects, shapedObjects } from "../objects.fixture.ts";
import type { KernelObject } from "../objects.ts";
import { joined, network, script, sorted } from "./plans.fixture.ts";

describe("golden scripts", () => {
  test("an adopted namespace: only the name comes and goes, and what is in it by steps of its own", () => {
    const identity = { cookie: "4711", bootId: "b" };
    const process = { pid: 1234, startTime: "98765", program: "nginx" };
    const adopted = {
      kind: "netns" as const,
      name: sandboxNs(1),
      adopted: { source: { kind: "pid" as const, ...process }, ...identity },
    };
    const address: KernelObject = { kind: "address", ns: sandboxNs(1), dev: "theirs", address: "10.0.0.1/8" };
    const have = [...network, adopted, address, ...endpointObjects(1)];
    expect(script(have, network).split("\n")[0]).toBe("ip netns attach pb-000000000001 1234");
    expect(script(network, have)).toMatchInlineSnapshot(`
      "ip -n pb-000000000001 addr del 10.0.0.1/8 dev theirs
      ip link del dev pbv0000100000
      ip netns del pb-000000000001"
    `);
    const path = {
      ...adopted,
      adopted: { source: { kind: "path" as const, path: "/run/netns/the web" }, ...identity },
    };
    expect(script([path], [])).toMatchInlineSnapshot(
      `"nsenter '--net=/run/netns/the web' sh -c 'ip netns attach pb-000000000001 $$'"`,
    );
    const stranger = { kind: "netns" as const, name: sandboxNs(1) };
    expect(script([adopted], [stranger])).toMatchInlineSnapshot(`
      "ip netns del pb-000000000001
      ip netns attach pb-000000000001 1234"
    `);
    expect(plan(have, have)).toEqual([]);
  });

  test("a leave: the veth takes along what is on it", () => {
    expect(script([...network, ...sandboxObjects(1)], joined)).toMatchInlineSnapshot(`"ip link del dev pbv0000100000"`);
  });

  test("a leave with the sandbox: the veth goes first, its namespace is destroyed in the background", () => {
    expect(script(network, joined)).toMatchInlineSnapshot(`
      "ip link del dev pbv0000100000
      ip netns del pb-000000000001"
    `);
  });

  test("everything goes: ports before their bridge", () => {
    expect(script([], joined)).toMatchInlineSnapshot(`
      "ip link del dev pbv0000100000
      ip link del dev pb-b00000000001
      ip netns del pb-000000000001"
    `);
  });

  test("three links or more are marked and go together, fifty with one message", () => {
    const many = Array.from({ length: 3 }, (_, n) => [...sandboxObjects(n), ...endpointObjects(n)]).flat();
    expect(script([], [...network, ...many])).toMatchInlineSnapshot(`
      "ip link set dev pbv0000000000 group 28771
      ip link set dev pbv0000100000 group 28771
      ip link set dev pbv0000200000 group 28771
      ip link set dev pb-b00000000001 group 28771
      ip link del group 28771
      ip netns del pb-000000000000
      ip netns del pb-000000000001
      ip netns del pb-000000000002"
    `);
    const full = Array.from({ length: 60 }, (_, n) => endpointObjects(n)).flat();
    const steps = plan([], full);
    expect(steps.map(({ op }) => op).lastIndexOf("doomed.del")).toBe(61);
    expect(steps.filter(({ op }) => op === "doomed.del")).toHaveLength(2);
  });

  test("a link that was left marked is made anew if it is wanted, and does not stay if it is not", () => {
    const [veth, ...onIt] = endpointObjects(1, { doomed: true });
    const marked = [...network, ...sandboxObjects(1), ...(veth ? [veth, ...onIt] : [])];
    const steps = plan(joined, marked);
    expect(steps[0]).toMatchObject({ op: "link.del" });
    expect(sorted(new ModelKernel(marked).run(steps).objects)).toEqual(sorted(joined));
    expect(script([...network, ...sandboxObjects(1)], marked)).toBe("ip link del dev pbv0000100000");
  });
});

describe("bandwidth", () => {
  const shaped = [...joined, ...shapedObjects(1, { ingress: 10_000_000, egress: 1_000_000 })];

  test("leaves with its endpoint", () => {
    expect(script([...network, ...sandboxObjects(1)], shaped)).toMatchInlineSnapshot(`
      "ip link del dev pbv0000100000
      ip link del dev pbi0000100000"
    `);
  });

  test("where the ifb has gone or is marked, what was redirected there is redirected anew", () => {
    const lost = shaped
      .filter(
        (object) =>
          !JSON.stringify(object).includes('"name":"pbi') && !("dev" in object && object.dev.startsWith("pbi")),
      )
      .map((object) => (object.kind === "redirect" ? { ...object, to: "" } : object));
    const ops = plan(shaped, lost).map(({ op }) => op);
    expect(ops.slice(0, 2)).toEqual(["redirect.del", "link.add"]);
    expect(ops.at(-1)).toBe("redirect.add");
    const marked = shaped.map((object) =>
      object.kind === "link" && object.type === "ifb" ? { ...object, doomed: true as const } : object,
    );
    expect(sorted(new ModelKernel(marked).run(plan(shaped, marked)).objects)).toEqual(sorted(shaped));
  });
});

describe("a link between two sandboxes", () => {
  const [a, b] = [sandboxObjects(1), sandboxObjects(2)];
  const linked = [...a, ...b, ...linkObjects(1, 2)];

  test("goes with one line, also if a sandbox goes, and by itself if both do", () => {
    const [unlinked, without, none] = [[...a, ...b], a, []].map((want) => script(want, linked));
    expect(unlinked).toMatchInlineSnapshot(`"ip -n pb-000000000001 link del dev link0"`);
    expect(without).toMatchInlineSnapshot(`
      "ip -n pb-000000000001 link del dev link0
      ip netns del pb-000000000002"
    `);
    expect(script(b, linked)).toMatchInlineSnapshot(`
      "ip -n pb-000000000001 link del dev link0
      ip netns del pb-000000000001"
    `);
    expect(none).toMatchInlineSnapshot(`
      "ip netns del pb-000000000001
      ip netns del pb-000000000002"
    `);
  });
});

describe("resolvers", () => {
  const resolver: KernelObject = { kind: "resolver", ns: sandboxNs(1) };

  test("close before their namespace goes, which their sockets would keep", () => {
    expect(script([], [...sandboxObjects(1), resolver])).toMatchInlineSnapshot(`
      "# close resolver at 127.0.0.11:53 in pb-000000000001 (a UDP and a TCP socket of patchbayd)
      ip netns del pb-000000000001"
    `);
  });
});
