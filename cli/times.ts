import { CnmError } from "#cnm/errors.ts";
import { quote } from "#cnm/text.ts";

const unitMs: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A moment as RFC 3339 in UTC, from a date, a time, or how long ago it was: "90s", "10m", "2h", "7d". */
export function parseMoment(path: string, text: string, now = new Date()): string {
  const ago = /^(\d{1,6})([smhd])$/.exec(text);
  const time = ago ? now.getTime() - Number(ago[1]) * (unitMs[ago[2] ?? ""] ?? 0) : absolute(text);
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  const message = `${quote(text)} is not a time such as 2026-11-20T08:00:00Z, 2026-11-20 or 10m (ago)`;
  throw new CnmError("INVALID_PARAMETER", `${path}: ${message}`, { problems: [{ path, message }] });
}

/** Date.parse knows more spellings than anybody should use. */
function absolute(text: string): number {
  return /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
}

/** "2026-11-20 08:00:00" in local time. */
export function localTime(iso: string): string {
  const date = new Date(iso);
  const two = (n: number) => String(n).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`;
}
