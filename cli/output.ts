/** Whatever a terminal might obey instead of show: control and format characters, surrogates, line separators. */
const invisible = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** A stranger's text on one line, with everything invisible spelled out: "\u{1b}[2J". */
export function visible(text: string): string {
  return text.replace(invisible, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}

/** As `visible`, for a text of several lines such as a here-document; tabs are as harmless as line ends there. */
export function visibleLines(text: string): string {
  return text.replace(invisible, (char) => (char === "\n" || char === "\t" ? char : visible(char)));
}

/** Indented JSON that means the same and holds nothing a terminal would obey. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(invisible, (char) => (char === "\n" ? char : escaped(char)));
}

/** Columns as wide as their widest cell, three blanks between; no trailing blanks. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows].map((row) => row.map(visible));
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("   "))
    .map((line) => line.trimEnd())
    .join("\n");
}

/** "name:  value" lines with the values in one column; pairs without a value are left out. */
export function facts(pairs: readonly (readonly [string, string | null | undefined])[]): string {
  const given = pairs.flatMap(([name, value]) => (value ? [[`${name}:`, visible(value)] as const] : []));
  const width = Math.max(...given.map(([name]) => name.length));
  return given.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}

/** "85 µs", "1.2 ms", "3.4 s". */
export function duration(microseconds: number): string {
  if (microseconds < 1000) return `${Math.round(microseconds)} µs`;
  if (microseconds < 1e6) return `${(microseconds / 1000).toFixed(1)} ms`;
  return `${(microseconds / 1e6).toFixed(1)} s`;
}

function escaped(char: string): string {
  const units = Array.from({ length: char.length }, (_, i) => char.charCodeAt(i).toString(16).padStart(4, "0"));
  return units.map((unit) => `\\u${unit}`).join("");
}
