import fc from "fast-check";
import { expect, test } from "vitest";
import { bridgeName, isOurNamespace, macOf, namespaceName, vethName } from "./names.ts";

const id = "3f0c1a2b3c4d5e6f".repeat(4);

test("names are made of the first digits of the id", () => {
  expect([bridgeName(id), vethName(id), namespaceName(id)]).toEqual([
    "pb-3f0c1a2b3c4d",
    "pbv3f0c1a2b3c",
    "pb-3f0c1a2b3c4d",
  ]);
});

test("every interface name fits into 15 bytes", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9a-f]{64}$/), (any) => {
      expect(bridgeName(any).length).toBeLessThanOrEqual(15);
      expect(vethName(any).length).toBeLessThanOrEqual(15);
      expect(isOurNamespace(namespaceName(any))).toBe(true);
    }),
  );
});

test.for(["pb-3f0c1a2b3c4", "pb-3f0c1a2b3c4g", "xpb-3f0c1a2b3c4d", "pb-3f0c1a2b3c4d\n", "pb-3F0C1A2B3C4D", ""])(
  "%j is not a namespace of ours",
  (name) => expect(isOurNamespace(name)).toBe(false),
);

test.for([
  ["172.17.0.2", "02:42:ac:11:00:02"],
  ["172.17.0.2/16", "02:42:ac:11:00:02"],
  ["255.255.255.255", "02:42:ff:ff:ff:ff"],
  ["fd00::1", /^02:42(:[0-9a-f]{2}){4}$/],
  [id, /^02:42(:[0-9a-f]{2}){4}$/],
] as const)("the MAC address of %s", ([seed, mac]) => {
  expect(macOf(seed)).toMatch(mac);
  expect(macOf(seed)).toBe(macOf(seed));
});
