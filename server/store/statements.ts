import type { Statement } from "./connection.ts";

type Value = string | number | boolean | null;

/** Rows per statement: SQLite takes 32,766 values in one (sqlite.org/limits.html), our widest table has 17 columns. */
const chunkRows = 1000;

/** Statements that insert the rows, which all have the same columns; none for no rows. */
export function insertRows<Row extends object>(table: string, rows: Row[], verb = "INSERT"): Statement[] {
  const first = rows[0];
  if (!first) return [];
  const columns = Object.keys(first) as (keyof Row & string)[];
  const names = columns.map((column) => `"${column}"`).join(", ");
  const marks = `(${columns.map(() => "?").join(", ")})`;
  return chunks(rows).map((chunk) => ({
    sql: `${verb} INTO "${table}" (${names}) VALUES ${chunk.map(() => marks).join(", ")}`,
    values: chunk.flatMap((row) => columns.map((column) => row[column] as Value)),
  }));
}

export function deleteRows(table: string, ids: string[]): Statement[] {
  return chunks(ids).map((chunk) => ({
    sql: `DELETE FROM "${table}" WHERE "id" IN (${chunk.map(() => "?").join(", ")})`,
    values: chunk,
  }));
}

function chunks<T>(items: T[]): T[][] {
  const count = Math.ceil(items.length / chunkRows);
  return Array.from({ length: count }, (_, index) => items.slice(index * chunkRows, (index + 1) * chunkRows));
}
