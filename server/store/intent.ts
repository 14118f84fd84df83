import { z } from "zod";
import { Endpoint } from "#cnm/endpoint.ts";
import { CnmError } from "#cnm/errors.ts";
import { type Labels, nameKey } from "#cnm/ids.ts";
import { Network } from "#cnm/network.ts";
import { Sandbox } from "#cnm/sandbox.ts";
import type { Change, ObjectKind } from "#cnm/topology.ts";
import type {
  Endpoint as EndpointRow,
  Network as NetworkRow,
  Sandbox as SandboxRow,
} from "#generated/prisma/client.ts";
import type { Statement } from "./connection.ts";
import { deleteRows, insertRows } from "./statements.ts";

const tables: Record<ObjectKind, string> = { network: "Network", sandbox: "Sandbox", endpoint: "Endpoint" };
const kinds: ObjectKind[] = ["network", "sandbox", "endpoint"];

/**
 * The statements that make the tables say what the changes say. All old rows go before any new row comes, so that a name
 * or address that moves from one object to another is never there twice; references are checked at the end.
 */
export function intentStatements(changes: Change[]): Statement[] {
  if (changes.length === 0) return [];
  const deletions = kinds.map((kind) => {
    const ids = changes.filter((change) => change.kind === kind && change.before).map((change) => change.id);
    return deleteRows(tables[kind], ids);
  });
  const insertions = kinds.map((kind) =>
    insertRows(tables[kind], changes.filter((c) => c.kind === kind).flatMap(newRow)),
  );
  return [{ sql: "PRAGMA defer_foreign_keys = ON", values: [] }, ...deletions.flat(), ...insertions.flat()];
}

/** The same changes the other way round. */
export function inverse(changes: Change[]): Change[] {
  return changes.map((change) => ({ ...change, before: change.after, after: change.before }) as Change);
}

function newRow(change: Change): (NetworkRow | SandboxRow | EndpointRow)[] {
  if (change.after === null) return [];
  if (change.kind === "network") return [networkRow(change.after)];
  return [change.kind === "sandbox" ? sandboxRow(change.after) : endpointRow(change.after)];
}

function networkRow({ pools, options, labels, ...rest }: Network): NetworkRow {
  const json = { poolsJson: JSON.stringify(pools), optionsJson: JSON.stringify(options) };
  return { ...rest, ...json, nameKey: nameKey(rest.name), labelsJson: JSON.stringify(labels) };
}

function sandboxRow({ labels, options, origin, ...rest }: Sandbox): SandboxRow {
  const json = { labelsJson: JSON.stringify(labels), optionsJson: JSON.stringify(options) };
  return { ...rest, ...json, nameKey: nameKey(rest.name), originJson: origin && JSON.stringify(origin) };
}

function endpointRow({ aliases, labels, exposed, ports, links, options, attachment, ...rest }: Endpoint): EndpointRow {
  return {
    ...rest,
    nameKey: nameKey(rest.name),
    aliasesJson: JSON.stringify(aliases),
    labelsJson: JSON.stringify(labels),
    exposedJson: JSON.stringify(exposed),
    portsJson: JSON.stringify(ports),
    linksJson: JSON.stringify(links),
    optionsJson: JSON.stringify(options),
    sandboxId: attachment?.sandboxId ?? null,
    interfaceName: attachment?.interfaceName || null,
  };
}

export function toNetwork({ nameKey: _, poolsJson, optionsJson, labelsJson, ...rest }: NetworkRow): Network {
  const json = { pools: JSON.parse(poolsJson), options: JSON.parse(optionsJson), labels: JSON.parse(labelsJson) };
  return parseRow(Network, { ...rest, ...json });
}

export function toSandbox(row: SandboxRow): Sandbox {
  const { nameKey: _, labelsJson, optionsJson, originJson, ...rest } = row;
  const origin = originJson === null ? null : JSON.parse(originJson);
  return parseRow(Sandbox, { ...rest, labels: JSON.parse(labelsJson), options: JSON.parse(optionsJson), origin });
}

export function toEndpoint(row: EndpointRow): Endpoint {
  const { nameKey: _, sandboxId, interfaceName, ...columns } = row;
  const { aliasesJson, labelsJson, exposedJson, portsJson, linksJson, optionsJson, ...rest } = columns;
  const attachment = sandboxId === null ? null : { sandboxId, interfaceName: interfaceName ?? "" };
  const labels: Labels = JSON.parse(labelsJson);
  const lists = { exposed: JSON.parse(exposedJson), ports: JSON.parse(portsJson), links: JSON.parse(linksJson) };
  return parseRow(Endpoint, {
    ...rest,
    ...lists,
    aliases: JSON.parse(aliasesJson),
    labels,
    options: JSON.parse(optionsJson),
    attachment,
  });
}

function parseRow<T>(schema: z.ZodType<T>, row: { id: string; [column: string]: unknown }): T {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  throw new CnmError(
    "INTERNAL",
    `the database holds an object that makes no sense (${row.id}): ${z.prettifyError(parsed.error)}`,
  );
}
