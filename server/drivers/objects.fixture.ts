import type { Endpoint } from "#cnm/endpoint.ts";
import { defaultEndpointOptions } from "#cnm/endpoint-options.ts";
import type { Sandbox } from "#cnm/sandbox.ts";
import { defaultSandboxOptions } from "#cnm/sandbox-options.ts";

/** CNM objects as drivers are given them, for tests. */
export const at = "2026-01-01T00:00:00.000Z";

export const sandbox: Sandbox = {
  id: "b2".repeat(32),
  name: "box",
  createdAt: at,
  mode: "private",
  sharedWith: null,
  origin: null,
  managed: false,
  labels: {},
  options: defaultSandboxOptions,
};

/** What networks of all drivers are born with. */
export const bareNetwork = {
  id: "a1".repeat(32),
  createdAt: at,
  scope: "local",
  internal: false,
  predefined: false,
  labels: {},
} as const;

/** An endpoint of that network, joined to the sandbox. */
export function endpointOf(rest: Partial<Endpoint> & Pick<Endpoint, "id" | "name">): Endpoint {
  return {
    networkId: bareNetwork.id,
    createdAt: at,
    ipv4: null,
    ipv6: null,
    mac: null,
    aliases: [],
    labels: {},
    exposed: [],
    ports: [],
    links: [],
    options: defaultEndpointOptions,
    attachment: { sandboxId: sandbox.id, interfaceName: "eth0" },
    ...rest,
  };
}
