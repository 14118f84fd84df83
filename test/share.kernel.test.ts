import { expect } from "vitest";
import { test } from "./netns.ts";
import { probe } from "./outside.ts";
import { joined, network, play } from "./scene.ts";

test("two occupants of one sandbox are at the same address, and each other's 127.0.0.1", async ({ host }) => {
  const commands = [
    network("net", 1),
    ...joined("net", "box"),
    ...joined("net", "peer"),
    { type: "sandbox.create" as const, name: "side", mode: "shared" as const, sharedWith: "box" },
  ];
  await play(host, { commands }, async ({ patchbay, outside, ns }) => {
    expect(ns("side")).toBe(ns("box"));
    await outside.serve(ns("side"), "side", { tcp: [80], udp: [53] });
    expect(
      await probe(ns("peer"), [
        { kind: "tcp", address: "10.1.0.2", port: 80 },
        { kind: "udp", address: "fd00:1::2", port: 53 },
      ]),
    ).toEqual(["side 10.1.0.3", "side fd00:1::3"]);
    expect(await probe(ns("box"), [{ kind: "tcp", address: "127.0.0.1", port: 80 }])).toEqual(["side 127.0.0.1"]);
    expect(await patchbay.restart()).toMatchObject({ repaired: 0 });
    await patchbay.apply({ type: "sandbox.delete", sandbox: "side" });
    expect(await probe(ns("peer"), [{ kind: "ping", address: "10.1.0.2" }])).not.toEqual([null]);
    expect(await patchbay.missing()).toEqual([]);
  });
});
