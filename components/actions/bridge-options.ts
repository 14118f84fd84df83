import { bridgeDefinition, type GatewayMode } from "#cnm/drivers/bridge.ts";

/** What people read of a bridge network's options; the words for the form and the inspector. */

type Switch = "icc" | "masquerade" | "antiSpoofing";

export const bridgeSwitches: readonly { key: Switch; label: string; description: string }[] = [
  {
    key: "icc",
    label: "Inter-container communication",
    description: "Endpoints of the network can talk to each other",
  },
  { key: "masquerade", label: "Masquerade", description: "What leaves carries the host's address" },
  { key: "antiSpoofing", label: "Anti-spoofing", description: "Endpoints send from their own addresses only" },
];

export const internalSwitch = { label: "Internal", description: "No default route: nothing gets in or out" };

export const gatewayModeWords: Record<GatewayMode, string> = {
  nat: "Masqueraded; reachable through published ports only.",
  "nat-unprotected": "As nat, and every port of its addresses is open.",
  routed: "No translation: published ports are open on the endpoint's own address.",
  isolated: "No address on the bridge, so not even the host is reached.",
};

/** The modes as a select has them. Isolated is for internal networks only, and says so. */
export function gatewayModeItems(internal: boolean) {
  return (["nat", "nat-unprotected", "routed", "isolated"] as const).map((mode) => ({
    value: mode,
    label: mode === "isolated" && !internal ? "isolated (internal networks only)" : mode,
    disabled: mode === "isolated" && !internal,
  }));
}

/** An option as a command's label: the short name that a person would type. */
export function shortLabel(key: string): string {
  return bridgeDefinition.labels.find((label) => label.key === key)?.short ?? key;
}

/** The option that a label, long or short, sets. */
export function keyOfLabel(name: string): string {
  return bridgeDefinition.labels.find(({ short, label }) => short === name || label === name)?.key ?? name;
}
