import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3";
import type { ArgType, SqlDriverAdapter, SqlQuery, Transaction } from "@prisma/driver-adapter-utils";
import { SerialQueue } from "./serial-queue.ts";

const busyTimeoutMs = 5000;

/** A commit must survive a power cut: FULL, where the library's own choice for WAL loses acknowledged commits. */
const pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";

/** One statement with its values; a connection runs several of them as one transaction. */
export interface Statement {
  sql: string;
  values: (string | number | boolean | null)[];
}

/** A connection that is durable and has one conversation at a time. */
export interface Connection extends SqlDriverAdapter {
  /** All of the statements or none; on the disk when it resolves. A tenth of the cost of Prisma's own transactions. */
  transact(statements: Statement[]): Promise<void>;
}

/** What Prisma asks for a connection: it gets the one that the store has opened. */
export class OneConnection extends PrismaBetterSqlite3 {
  readonly #connection: Connection;

  constructor(path: string, connection: Connection) {
    super({ url: path });
    this.#connection = connection;
  }

  override async connect(): Promise<SqlDriverAdapter> {
    return this.#connection;
  }
}

/** Opens the database for work. Waits five seconds for a lock that another program holds. */
export async function connect(path: string): Promise<Connection> {
  const connection = await connectRaw(path, { timeout: busyTimeoutMs });
  await connection.executeScript(pragmas);
  return serial(connection);
}

/** A plain connection for what happens before there is a Prisma client; the caller disposes of it. */
export function connectRaw(path: string, options: { readonly?: boolean; timeout?: number } = {}) {
  return new PrismaBetterSqlite3({ url: path, ...options }).connect();
}

export async function queryRows(connection: SqlDriverAdapter, sql: string): Promise<unknown[][]> {
  return (await connection.queryRaw({ sql, args: [], argTypes: [] })).rows;
}

/**
 * Prisma's SQLite adapter lets a single query slip into a transaction that is open on the same connection, where it would
 * be rolled back with it; a second connection is no way out, since SQLite's busy wait blocks the thread that would end the
 * transaction. Hence: a query outside a transaction waits until the transaction is over.
 */
function serial(connection: SqlDriverAdapter): Connection {
  const queue = new SerialQueue();
  return {
    provider: connection.provider,
    adapterName: connection.adapterName,
    queryRaw: (query: SqlQuery) => queue.run(() => connection.queryRaw(query)),
    executeRaw: (query: SqlQuery) => queue.run(() => connection.executeRaw(query)),
    executeScript: (script) => queue.run(() => connection.executeScript(script)),
    dispose: () => queue.run(() => connection.dispose()),
    transact: (statements) => queue.run(() => transact(connection, statements)),
    startTransaction: (isolationLevel) =>
      new Promise((started, failed) => {
        queue
          .run(async () => {
            const transaction = await connection.startTransaction(isolationLevel);
            await new Promise<void>((over) => started(untilOver(connection, transaction, over)));
          })
          .catch(failed);
      }),
  };
}

async function transact(connection: SqlDriverAdapter, statements: Statement[]): Promise<void> {
  await connection.executeScript("BEGIN IMMEDIATE");
  try {
    for (const { sql, values } of statements) {
      const argTypes = values.map((): ArgType => ({ scalarType: "unknown", arity: "scalar" }));
      await connection.executeRaw({ sql, args: values, argTypes });
    }
    await connection.executeScript("COMMIT");
  } catch (error) {
    await rollBack(connection);
    throw error;
  }
}

/** SQLite leaves the transaction open after some errors and not after others (sqlite.org/lang_transaction.html, 3.2). */
async function rollBack(connection: SqlDriverAdapter): Promise<void> {
  try {
    await connection.executeScript("ROLLBACK");
  } catch {
    // No transaction was left: what a rollback wants.
  }
}

/** The transaction, saying when it is over. After a COMMIT that failed Prisma sends no ROLLBACK: done here. */
function untilOver(connection: SqlDriverAdapter, transaction: Transaction, over: () => void): Transaction {
  const commit = transaction.commit.bind(transaction);
  const rollback = transaction.rollback.bind(transaction);
  return Object.assign(transaction, {
    commit: () => commit().finally(over),
    rollback: async () => {
      await rollBack(connection);
      await rollback().finally(over);
    },
  });
}
