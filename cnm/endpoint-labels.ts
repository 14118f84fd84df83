import type { CommandOf } from "./commands.ts";
import type { Problem } from "./errors.ts";

type EndpointCreate = CommandOf<"endpoint.create">;
type Told = Pick<EndpointCreate, "interfaceName" | "sysctls">;

const prefix = "com.docker.network.endpoint";
const ifname = `${prefix}.ifname`;
const sysctls = `${prefix}.sysctls`;
const fields: Readonly<Record<string, keyof Told>> = { [ifname]: "interfaceName", [sysctls]: "sysctls" };

/**
 * What Docker's labels and the fields of a command say together. A label that is unknown, or says what a field says as well,
 * is added to the problems.
 */
export function parseEndpointLabels(command: Told & Pick<EndpointCreate, "driverOptions">, problems: Problem[]): Told {
  const labels = command.driverOptions ?? {};
  for (const label of Object.keys(labels)) {
    const field = Object.hasOwn(fields, label) ? fields[label] : undefined;
    const path = `driverOptions.${label}`;
    if (!field) problems.push({ path, message: `unknown option; an endpoint knows ${ifname} and ${sysctls}` });
    else if (command[field] !== undefined) problems.push({ path, message: "is given twice" });
  }
  return {
    interfaceName: command.interfaceName ?? labels[ifname],
    sysctls: command.sysctls ?? labels[sysctls]?.split(",").filter((text) => text.trim() !== ""),
  };
}
