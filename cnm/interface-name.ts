import { DeviceName } from "./device-name.ts";
import { drivers } from "./drivers/index.ts";
import type { Endpoint } from "./endpoint.ts";
import { allowed, type Refusal, type Verdict } from "./errors.ts";
import { hostEndOf } from "./ids.ts";
import { endpointTitle } from "./lookup.ts";
import { endpointsIn } from "./members.ts";
import type { Network } from "./network.ts";
import { bad, good, type Parsed } from "./parsed.ts";
import type { Sandbox } from "./sandbox.ts";
import { quote } from "./text.ts";
import type { Topology } from "./topology.ts";

/** The name that a person wants an interface to have in a sandbox; "" is one that is found for it. */
export function parseInterfaceName(text: string): Parsed<string> {
  if (text === "") return good(text);
  const name = DeviceName.safeParse(text);
  return name.success ? good(name.data) : bad(`${quote(text)} ${name.error.issues[0]?.message}`);
}

/** Whether the interface can be called in the sandbox what its endpoint asks for, if it asks for anything. */
export function hasFreeName(topology: Topology, endpoint: Endpoint, sandbox: Sandbox): Verdict {
  const name = endpoint.options.interfaceName;
  if (name === "") return allowed;
  if (sandbox.mode === "host")
    return conflict(
      "host-interface-named-by-id",
      `in the host's own namespace an interface is called by its endpoint's id, not ${name}`,
      "join it without a name of its interface",
    );
  const holder = holderOf(topology, sandbox, name);
  const lift = "join it with another name of its interface, or without any";
  return holder === null
    ? allowed
    : conflict("interface-name-taken", `sandbox ${sandbox.name} has an interface ${name} already, ${holder}`, lift);
}

/**
 * What the endpoint's interface is called in the sandbox: as the endpoint asks, or the driver's prefix with the lowest number
 * that is free, whoever has the others; "" without an interface.
 */
export function interfaceNameIn(topology: Topology, endpoint: Endpoint, { sandbox, network }: Home): string {
  const driver = drivers[network.driver];
  if (!driver.hasInterface) return "";
  if (sandbox.mode === "host") return hostEndOf(endpoint.id);
  if (endpoint.options.interfaceName !== "") return endpoint.options.interfaceName;
  const prefix = driver.interfacePrefix(network.options);
  let number = 0;
  while (holderOf(topology, sandbox, `${prefix}${number}`) !== null) number += 1;
  return `${prefix}${number}`;
}

interface Home {
  sandbox: Sandbox;
  network: Network;
}

/** Whose interface of that name the sandbox has. */
function holderOf(topology: Topology, { id, origin }: Sandbox, name: string): string | null {
  if (origin?.foreign.interfaces.includes(name)) return "which it came with when it was adopted";
  const own = endpointsIn(topology, id).find(({ attachment }) => attachment?.interfaceName === name);
  return own ? `that of endpoint ${endpointTitle(topology, own)}` : null;
}

function conflict(rule: string, message: string, lift: string): Refusal {
  return { ok: false, code: "CONFLICT", rule, message, lift };
}
