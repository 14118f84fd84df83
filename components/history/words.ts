import type { CommandInput } from "#cnm/commands.ts";
import { askedOf } from "#cnm/facts.ts";
import type { StepRecord } from "#cnm/history.ts";
import { shortId } from "#cnm/ids.ts";

/** A command as it was asked for, in words. */
export function commandWords(command: CommandInput): string {
  switch (command.type) {
    case "network.create":
      return `create network ${command.name}, driver ${command.driver}${list(command.pools.map(({ subnet }) => subnet))}`;
    case "network.update":
      return `change network ${readable(command.network)}${list(Object.entries(command.options).map((pair) => pair.join(" ")))}`;
    case "network.delete":
      return `delete network ${readable(command.network)}`;
    case "sandbox.create":
      return `create sandbox ${command.name}${placeWords(command)}`;
    case "sandbox.update":
      return `change sandbox ${readable(command.sandbox)}${list([command.hostname, command.domainname, ...(command.extraHosts ?? []), ...Object.values(command.dns ?? {}).flat()])}`;
    case "sandbox.adopt":
      return `adopt ${askedOf(command)} as sandbox ${command.name}`;
    case "sandbox.delete":
      return `delete sandbox ${readable(command.sandbox)}`;
    case "endpoint.create":
      return `create endpoint ${command.name ?? ""} in network ${readable(command.network)}${list([command.ipv4, command.ipv6, command.mac, command.interfaceName])}`;
    case "endpoint.update":
      return `change endpoint ${readable(command.endpoint)}${list(updateWords(command))}`;
    case "endpoint.delete":
      return `delete endpoint ${readable(command.endpoint)}`;
    case "endpoint.join":
      return `join endpoint ${readable(command.endpoint)} to sandbox ${readable(command.sandbox)}${command.interfaceName ? ` as ${command.interfaceName}` : ""}`;
    case "endpoint.leave":
      return `let endpoint ${readable(command.endpoint)} leave`;
  }
}

type SandboxCreate = Extract<CommandInput, { type: "sandbox.create" }>;

function placeWords({ mode, sharedWith }: SandboxCreate): string {
  if (mode === "host") return ", in the host's namespace";
  return sharedWith ? `, in the namespace of ${readable(sharedWith)}` : "";
}

type EndpointUpdate = Extract<CommandInput, { type: "endpoint.update" }>;

/** What it asks for, each as a person would write it. */
function updateWords({ gatewayPriority, ingress, egress, ...lists }: EndpointUpdate): string[] {
  const { aliases, publish, expose, links, routes, sysctls } = lists;
  const priority = gatewayPriority === undefined ? [] : [`gateway priority ${gatewayPriority}`];
  const limits = Object.entries({ ingress, egress }).flatMap(([direction, limit]) =>
    limit === undefined ? [] : [`${direction} ${limit || "without limit"}`],
  );
  return [aliases, publish, expose, links, routes, sysctls, priority, limits].flatMap((texts) => texts ?? []);
}

/** What a row says of its commands, at most three of them: "deleted a; deleted b; and 58 more". */
export function shortSummary(summary: string): string {
  const parts = summary.split("; ");
  return parts.length > 3 ? `${parts.slice(0, 2).join("; ")}; and ${parts.length - 2} more` : summary;
}

/** "412 µs", "3.1 ms", "1.2 s". */
export function duration(us: number): string {
  if (us < 1000) return `${Math.round(us)} µs`;
  if (us < 1_000_000) return `${(us / 1000).toFixed(1)} ms`;
  return `${(us / 1_000_000).toFixed(2)} s`;
}

/** The command lines of steps that ran, one per line, as a person could type them. */
export function script(steps: readonly StepRecord[]): string {
  return steps.map(({ command }) => command).join("\n");
}

const readable = (reference: string): string => (/^[0-9a-f]{64}$/.test(reference) ? shortId(reference) : reference);

function list(items: readonly (string | undefined)[]): string {
  const given = items.filter(Boolean);
  return given.length > 0 ? `, ${given.join(", ")}` : "";
}
