import type { TableLines } from "../steps.ts";

/** The input of iptables-restore(8): each table is a transaction of its own. Pure. Throws if a line is more than one. */
export function restoreInput(tables: readonly TableLines[]): string {
  return tables.map(({ table, lines }) => `*${table}\n${lines.map(oneLine).join("")}COMMIT\n`).join("");
}

function oneLine(line: string): string {
  if (/[\n\r\0]/.test(line)) throw new TypeError(`a rule is one line: ${JSON.stringify(line)}`);
  return `${line}\n`;
}
