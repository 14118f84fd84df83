import { z } from "zod";
import { bad, good, type Parsed } from "./parsed.ts";
import { quote } from "./text.ts";

/** The most that one direction carries. */
export const Limit = z.strictObject({
  /** Bits per second. */
  rate: z.number().int().positive(),
  /** Bytes that may go at once after a pause; null: what `bucketOf` chooses. */
  burst: z.number().int().positive().nullable(),
});
export type Limit = z.infer<typeof Limit>;

/** What an endpoint's sandbox may receive (ingress) and send (egress); null: as much as there is. */
export const Bandwidth = z.strictObject({
  ingress: Limit.nullable().default(null),
  egress: Limit.nullable().default(null),
});
export type Bandwidth = z.infer<typeof Bandwidth>;

/** A token bucket as tc-tbf(8) takes it: rate in bits per second, sizes in bytes. */
export interface Bucket {
  rate: number;
  burst: number;
  /** How much waits for tokens before packets are dropped. */
  limit: number;
}

/** The kernel counts bytes per second in 32 bits, and slower than this one packet waits for seconds. */
const [least, most] = [8_000, 32_000_000_000];
const largestBurst = 1 << 30;
/** The kernel counts a burst as a time, in 32 bits. */
const longestBurstS = 60;

/** tc(8), "PARAMETERS": rates in powers of 1000 or, with an "i", of 1024; "bps" are bytes per second. */
const rateUnits = new Map(
  ["", "k", "m", "g", "t"].flatMap((prefix, power): [string, number][] => [
    [`${prefix}bit`, 1000 ** power],
    [`${prefix}bps`, 8 * 1000 ** power],
    ...(prefix
      ? ([
          [`${prefix}ibit`, 1024 ** power],
          [`${prefix}ibps`, 8 * 1024 ** power],
        ] as [string, number][])
      : []),
  ]),
);
/** tc(8): sizes are in bytes, and in powers of 1024. */
const sizeUnits = new Map([
  ["", 1],
  ["b", 1],
  ["k", 1024],
  ["kb", 1024],
  ["m", 1024 ** 2],
  ["mb", 1024 ** 2],
]);

const example = "such as 10mbit, 1.5gbit or 512kbit burst 16kb";

/** "10mbit" or "10mbit burst 32kb", in the units of tc(8); "" is no limit. */
export function parseLimit(text: string): Parsed<Limit | null> {
  if (text.trim() === "") return good(null);
  const [rateText = "", word, burstText, ...rest] = text.trim().toLowerCase().split(/\s+/);
  const rate = quantity(rateText, rateUnits);
  if (rate === null || rest.length > 0 || (word !== undefined && (word !== "burst" || burstText === undefined)))
    return bad(`${quote(text)} is not a rate ${example}`);
  if (rate < least || rate > most)
    return bad(`${quote(rateText)} must be from ${formatRate(least)} to ${formatRate(most)}`);
  if (burstText === undefined) return good({ rate, burst: null });
  const burst = quantity(burstText, sizeUnits);
  if (burst === null) return bad(`${quote(burstText)} is not a size such as 16kb or 3000`);
  if (burst > largestBurst || burst < 1) return bad(`the burst ${quote(burstText)} must be from 1 byte to 1024mb`);
  if (burst > (rate / 8) * longestBurstS)
    return bad(`the burst ${quote(burstText)} is more than ${formatRate(rate)} carries in ${longestBurstS} seconds`);
  return good({ rate, burst });
}

/** As `parseLimit` reads it; "" for no limit. */
export function formatLimit(limit: Limit | null): string {
  if (!limit) return "";
  return limit.burst === null ? formatRate(limit.rate) : `${formatRate(limit.rate)} burst ${formatSize(limit.burst)}`;
}

/** In the largest unit of tc(8) that it is a whole number of: 65536 bytes are "64kb". */
function formatSize(bytes: number): string {
  const [unit, factor] = [["mb", 1024 ** 2] as const, ["kb", 1024] as const].find(([, each]) => bytes % each === 0) ?? [
    "",
    1,
  ];
  return `${bytes / factor}${unit}`;
}

export function formatRate(rate: number): string {
  const [unit, factor] = [...rateUnits]
    .filter(([unit, factor]) => /^[kmgt]?bit$/.test(unit) && factor <= rate && rate % (factor / 1000) === 0)
    .sort(([, a], [, b]) => b - a)[0] ?? ["bit", 1];
  return `${rate / factor}${unit}`;
}

/**
 * The bucket of a limit on a link of that MTU. Unless given, the burst is what the rate comes to in 4 ms, and at least two
 * packets: a bucket that a packet does not fit into lets nothing through. The rate comes to whole bytes. Up to 50 ms of traffic wait, and at least 10 packets.
 */
export function bucketOf({ rate, burst }: Limit, mtu: number): Bucket {
  const bytesPerSecond = rate / 8;
  const frame = mtu + 14;
  const chosen = Math.max(burst ?? Math.ceil(bytesPerSecond / 250), burst === null ? 2 * frame : frame);
  return {
    rate: 8 * Math.ceil(bytesPerSecond),
    burst: chosen,
    limit: chosen + Math.max(Math.ceil(bytesPerSecond / 20), 10 * frame),
  };
}

/** The stricter of two limits. */
export function stricter(a: Limit | null, b: Limit | null): Limit | null {
  if (!a || !b) return a ?? b;
  return a.rate <= b.rate ? a : b;
}

function quantity(text: string, units: ReadonlyMap<string, number>): number | null {
  const [, digits, unit = ""] = /^(\d{1,12}(?:\.\d{1,6})?)([a-z]*)$/.exec(text) ?? [];
  const factor = units.get(unit);
  return digits === undefined || factor === undefined ? null : Math.round(Number(digits) * factor);
}
