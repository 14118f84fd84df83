import { z } from "zod";
import { CnmError } from "#cnm/errors.ts";

/** What Prisma's driver adapter says of an error of SQLite's. */
const Cause = z.object({
  originalCode: z.string(),
  originalMessage: z.string(),
  table: z.string().optional(),
  constraint: z.object({ fields: z.array(z.string()).optional() }).optional(),
});
type Cause = z.infer<typeof Cause>;

const conflicts: Record<string, string> = {
  "Network.nameKey": "a network of that name exists",
  "Sandbox.nameKey": "a sandbox of that name exists",
  "Endpoint.networkId,nameKey": "an endpoint of that name exists in the network",
  "Endpoint.networkId,ipv4": "that IPv4 address is taken in the network",
  "Endpoint.networkId,ipv6": "that IPv6 address is taken in the network",
  "Endpoint.networkId,mac": "that MAC address is taken in the network",
  "Endpoint.sandboxId,interfaceName": "that interface name is taken in the sandbox",
  "HistoryEntry.requestId": "a request with this id was already made",
};

/** SQLite's own code of a failed statement ("SQLITE_FULL"), null for any other error. */
export function sqliteCode(error: unknown): string | null {
  return causeOf(error)?.originalCode ?? null;
}

/** Turns an error of a write that was rolled back into the one error that leaves the store. */
export function writeFailure(error: unknown): unknown {
  const cause = causeOf(error);
  if (!cause) return error;
  const code = cause.originalCode;
  if (code === "SQLITE_CONSTRAINT_UNIQUE" || code === "SQLITE_CONSTRAINT_PRIMARYKEY") {
    const key = `${cause.table}.${cause.constraint?.fields?.join(",")}`;
    return new CnmError("CONFLICT", conflicts[key] ?? `${key} is taken`, { rule: "unique" });
  }
  if (code === "SQLITE_CONSTRAINT_FOREIGNKEY") {
    return new CnmError("CONFLICT", "an object that this change needs does not exist, or is still needed by another");
  }
  if (code.startsWith("SQLITE_BUSY")) {
    const message = "history cannot be written: another program holds the database; nothing was done, try again";
    return new CnmError("UNAVAILABLE", message, { rule: "history-busy" });
  }
  return unwritable(cause.originalMessage);
}

export function unwritable(reason: string): CnmError {
  const lift = "make room or repair the disk that holds the database, then try again";
  return new CnmError("UNAVAILABLE", `history cannot be written: ${reason}; nothing was done`, {
    rule: "history-unwritable",
    lift,
  });
}

function causeOf(error: unknown): Cause | null {
  const parsed = Cause.safeParse(error instanceof Error ? error.cause : null);
  return parsed.success ? parsed.data : null;
}
