import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

/**
 * Compares what is generated of a page with what it should be, and writes it with UPDATE_PAGES=1. A page has
 * "<!-- generated: NAME -->" before each such block and "<!-- end -->" after it; the rest is written by hand.
 */
export function checkPage(page: string, blocks: Readonly<Record<string, string>>): void {
  const before = readPage(page);
  const after = Object.entries(blocks).reduce((text, [name, block]) => withBlock(text, name, block), before);
  if (process.env.UPDATE_PAGES === "1") writeFileSync(pathOf(page), after);
  else expect(before, `${page} is out of date: UPDATE_PAGES=1 writes it`).toBe(after);
}

export const readPage = (page: string): string => readFileSync(pathOf(page), "utf8");

const pathOf = (page: string): string => fileURLToPath(new URL(`../${page}`, import.meta.url));

function withBlock(text: string, name: string, block: string): string {
  const start = `<!-- generated: ${name} -->\n`;
  const from = text.indexOf(start);
  const to = text.indexOf("<!-- end -->", from);
  if (from < 0 || to < 0) throw new Error(`the page has no block "${name}"`);
  return `${text.slice(0, from + start.length)}\n${block.trim()}\n\n${text.slice(to)}`;
}

/** A table of Markdown. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}
