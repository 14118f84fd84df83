import { stat } from "node:fs/promises";
import { CnmError } from "#cnm/errors.ts";
import type { Topology } from "#cnm/topology.ts";
import { PrismaClient } from "#generated/prisma/client.ts";
import { emptyHead, type Head } from "./chain.ts";
import { type Connection, connect, OneConnection, queryRows } from "./connection.ts";
import { checkIntegrity, lockDatabase, prepareFile, prepareFolder } from "./data-file.ts";
import { toEntry, toSummary } from "./history.ts";
import { toEndpoint, toNetwork, toSandbox } from "./intent.ts";
import { Journal } from "./journal.ts";
import { listEntries } from "./list.ts";
import { migrate } from "./migrate.ts";
import type { Store } from "./store.ts";

/** The store, and its tables of people for server/auth to hand to better-auth. */
export interface OpenStore extends Store {
  readonly client: Pick<PrismaClient, "user" | "session" | "account" | "verification" | "$transaction">;
}

/**
 * Opens the database at `path`, making or migrating it first, and holds it for this process until closed. Refuses, in one
 * sentence and without changing anything: a folder open to others, a second daemon, a damaged file, a newer schema.
 */
export async function openStore(path: string): Promise<OpenStore> {
  await prepareFolder(path);
  const lock = await lockDatabase(path);
  try {
    await checkIntegrity(path);
    await migrate(path);
    await prepareFile(path);
    const connection = await connect(path);
    try {
      await assertDurable(connection);
      return await assemble(path, connection, lock.dispose.bind(lock));
    } catch (error) {
      await connection.dispose();
      throw error;
    }
  } catch (error) {
    await lock.dispose();
    throw error;
  }
}

async function assemble(path: string, connection: Connection, unlock: () => Promise<void>): Promise<OpenStore> {
  const prisma = new PrismaClient({ adapter: new OneConnection(path, connection) });
  await prisma.$connect();
  const head = await readHead(prisma, connection);
  const pending = await prisma.historyEntry.findMany({ where: { outcome: null } });
  const journal = new Journal({ path, connection, prisma, head, pending });
  return {
    client: prisma,
    loadTopology: () => loadTopology(prisma),
    loadLayout: async () => {
      const rows = await prisma.cardPosition.findMany();
      return Object.fromEntries(rows.map(({ id, x, y }) => [id, { x, y }]));
    },
    lastSeq: async () => journal.lastSeq,
    begin: (entry) => journal.begin(entry),
    finish: (seq, result, options) => journal.finish(seq, result, options?.revert ?? false),
    record: (entry, result) => journal.record(entry, result),
    pendingEntries: async () => journal.pendingEntries(),
    listHistory: (filter, page) => listEntries(prisma, filter, { ...page, pending: journal.pendingSeqs }),
    showHistory: async (seq) => {
      const row = await prisma.historyEntry.findUnique({ where: { seq }, include: { outcome: true } });
      return row && toEntry(row, row.outcome);
    },
    findByRequestId: async (requestId) => {
      const row = await prisma.historyEntry.findUnique({ where: { requestId }, include: { outcome: true } });
      return row && toSummary(row, row.outcome);
    },
    verifyHistory: () => journal.verify(),
    saveLayout: (positions) => journal.saveLayout(Object.entries(positions).map(([id, { x, y }]) => ({ id, x, y }))),
    health: () => readHealth(path, connection),
    close: async () => {
      await prisma.$disconnect();
      await unlock();
    },
  };
}

async function loadTopology(prisma: PrismaClient): Promise<Topology> {
  const orderBy = [{ createdAt: "asc" as const }, { id: "asc" as const }];
  // One transaction: a change that is being written is seen whole or not at all.
  const [networks, sandboxes, endpoints] = await prisma.$transaction([
    prisma.network.findMany({ orderBy }),
    prisma.sandbox.findMany({ orderBy }),
    prisma.endpoint.findMany({ orderBy }),
  ]);
  return {
    networks: Object.fromEntries(networks.map((row) => [row.id, toNetwork(row)])),
    sandboxes: Object.fromEntries(sandboxes.map((row) => [row.id, toSandbox(row)])),
    endpoints: Object.fromEntries(endpoints.map((row) => [row.id, toEndpoint(row)])),
  };
}

/** The end of the chain. SQLite remembers the highest number ever given, so rows cut off at the end are missed later. */
async function readHead(prisma: PrismaClient, connection: Connection): Promise<Head> {
  const highest = Object.fromEntries(await queryRows(connection, "SELECT name, seq FROM sqlite_sequence"));
  const entry = await prisma.historyEntry.findFirst({ orderBy: { position: "desc" } });
  const outcome = await prisma.historyOutcome.findFirst({ orderBy: { position: "desc" } });
  const last = (entry?.position ?? 0) > (outcome?.position ?? 0) ? entry : outcome;
  return {
    seq: Math.max(entry?.seq ?? 0, Number(highest.HistoryEntry ?? 0)),
    position: Math.max(last?.position ?? 0, Number(highest.HistoryOutcome ?? 0)),
    hash: last?.hash ?? emptyHead.hash,
  };
}

/** journal_mode and synchronous as SQLite itself says them. */
async function readDurability(connection: Connection): Promise<{ journalMode: string; synchronous: number }> {
  const [[journalMode] = []] = await queryRows(connection, "PRAGMA journal_mode");
  const [[synchronous] = []] = await queryRows(connection, "PRAGMA synchronous");
  return { journalMode: String(journalMode), synchronous: Number(synchronous) };
}

async function assertDurable(connection: Connection): Promise<void> {
  const { journalMode, synchronous } = await readDurability(connection);
  if (journalMode === "wal" && synchronous === 2) return;
  const message =
    `the database cannot be made to survive a power cut here (journal_mode=${journalMode}, synchronous=${synchronous} ` +
    "instead of wal, 2): put it on a local file system";
  throw new CnmError("UNSUPPORTED", message, { rule: "database-is-durable" });
}

async function readHealth(path: string, connection: Connection): ReturnType<Store["health"]> {
  const sizes = await Promise.all(
    [path, `${path}-wal`].map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return { path, ...(await readDurability(connection)), sizeBytes: sizes.reduce((sum, size) => sum + size, 0) };
}
