import { expect, test } from "vitest";
import { after, networkDraft } from "#cnm/testing.ts";
import { affectedBy } from "./affected.ts";

const topology = after([
  networkDraft("plain", { options: { name: "br0" } }),
  networkDraft("wordy", { options: { name: "dev" } }),
  networkDraft("dotted", { options: { name: "br.5" } }),
]);

test.each([
  ["ip link set dev br0 up", ["plain"]],
  ["ip link add name br0 group 28770 type bridge", ["plain"]],
  ["ip link set dev pbv0123456789 master br0 up", ["plain"]],
  ["ip link set dev br01 up", []],
  ["ip link set dev dev up", ["wordy"]],
  ["ip addr replace 10.0.0.1/24 dev br.5", ["dotted"]],
  ["ip addr replace 10.0.0.1/24 dev brx5", []],
  ["sysctl -w net.ipv6.conf.br/5.accept_ra=0", ["dotted"]],
])("%s is about %s", (command, want) => {
  const ids = affectedBy([{ command, outcome: "failed", durationUs: 1 }], topology);
  expect(ids.map((id) => topology.networks[id]?.name)).toEqual(want);
});
