import { expect, test } from "vitest";
import { bridgeDefinition } from "#cnm/drivers/bridge.ts";
import { parseOptions } from "#cnm/drivers/index.ts";
import { optionsHelp } from "./network-options.ts";

const samples: Record<string, string> = {
  mtu: "1400",
  name: "br0",
  icc: "false",
  masquerade: "false",
  gateway_mode_ipv4: "routed",
  gateway_mode_ipv6: "nat-unprotected",
  host_ipv4: "192.0.2.1",
  host_ipv6: "2001:db8::1",
  host_binding_ipv4: "127.0.0.1",
  inhibit_ipv4: "true",
  container_iface_prefix: "net",
  anti_spoofing: "false",
};

test("there is a sample of every option", () => {
  expect(Object.keys(samples).sort()).toEqual(bridgeDefinition.labels.map(({ short }) => short).sort());
});

test.each(bridgeDefinition.labels)("$short and $label are one option, and help tells it", ({ short, label, key }) => {
  const { [short]: value = "" } = samples;
  const [byShort, byLabel, none] = [{ [short]: value }, { [label]: value }, {}].map((labels) =>
    parseOptions(bridgeDefinition, labels),
  );
  expect(byShort).toMatchObject({ ok: true, options: { [key]: expect.anything() } });
  expect(byLabel).toEqual(byShort);
  expect(byShort).not.toEqual(none);
  expect(optionsHelp).toMatch(new RegExp(`^  ${short}\\*? +\\w`, "m"));
});
