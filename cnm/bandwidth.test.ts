import fc from "fast-check";
import { expect, test } from "vitest";
import { bucketOf, formatLimit, parseLimit, stricter } from "./bandwidth.ts";
import type { CommandDraft } from "./commands.ts";
import { emptyFacts } from "./facts.ts";
import { parseCommand } from "./parse-command.ts";
import { after, endpointDraft, networkDraft, refusalOf, testId } from "./testing.ts";

test.each([
  ["10mbit", 10_000_000, null],
  ["1GBIT", 1_000_000_000, null],
  ["1.5gbit", 1_500_000_000, null],
  ["512kbit", 512_000, null],
  ["1mibit", 1_048_576, null],
  ["1mbps", 8_000_000, null],
  ["8kbit", 8_000, null],
  ["32gbit", 32_000_000_000, null],
  [" 10mbit  burst 32kb ", 10_000_000, 32_768],
  ["10mbit burst 3000", 10_000_000, 3000],
  ["10mbit burst 1m", 10_000_000, 1_048_576],
])("%j is read as tc(8) reads it", (text, rate, burst) => {
  expect(parseLimit(text)).toEqual({ ok: true, value: { rate, burst } });
});

test("nothing is no limit", () => {
  expect(parseLimit("")).toEqual({ ok: true, value: null });
  expect(formatLimit(null)).toBe("");
});

test("a burst is written in its largest unit", () => {
  const written = [3000, 1536, 65_536, 2 ** 21, 2 ** 20 + 1024].map((burst) => formatLimit({ rate: 8000, burst }));
  expect(written.map((text) => text.slice("8kbit burst ".length))).toEqual(["3000", "1536", "64kb", "2mb", "1025kb"]);
});

const notRate = (text: string) => `"${text}" is not a rate such as 10mbit, 1.5gbit or 512kbit burst 16kb`;

test.each([
  ["10", notRate("10")],
  ["mbit", notRate("mbit")],
  ["-1mbit", notRate("-1mbit")],
  ["1e3mbit", notRate("1e3mbit")],
  ["0x10mbit", notRate("0x10mbit")],
  ["10mbit;reboot", notRate("10mbit;reboot")],
  ["10mbit burst", notRate("10mbit burst")],
  ["10mbit limit 3", notRate("10mbit limit 3")],
  ["10mbit burst 3 4", notRate("10mbit burst 3 4")],
  ["10mbit burst many", '"many" is not a size such as 16kb or 3000'],
  ["10mbit burst 0", 'the burst "0" must be from 1 byte to 1024mb'],
  ["10mbit burst 2000mb", 'the burst "2000mb" must be from 1 byte to 1024mb'],
  ["8kbit burst 60001", 'the burst "60001" is more than 8kbit carries in 60 seconds'],
  ["0bit", '"0bit" must be from 8kbit to 32gbit'],
  ["7999bit", '"7999bit" must be from 8kbit to 32gbit'],
  ["33gbit", '"33gbit" must be from 8kbit to 32gbit'],
  ["999999999999tbit", '"999999999999tbit" must be from 8kbit to 32gbit'],
])("%j is refused", (text, message) => {
  expect(parseLimit(text)).toEqual({ ok: false, message });
});

const limits = fc
  .record({
    rate: fc.integer({ min: 8000, max: 32_000_000_000 }),
    seconds: fc.option(fc.double({ min: 0.001, max: 60, noNaN: true })),
  })
  .map(({ rate, seconds }) => ({
    rate,
    burst: seconds === null ? null : Math.min(1 << 30, Math.floor((rate / 8) * seconds)),
  }));

test("a limit is written as it can be read", () => {
  fc.assert(
    fc.property(limits, (limit) => {
      expect(parseLimit(formatLimit(limit))).toEqual({ ok: true, value: limit });
    }),
  );
});

test("a packet always fits into the bucket, and into what waits", () => {
  fc.assert(
    fc.property(limits, fc.integer({ min: 68, max: 65535 }), (limit, mtu) => {
      const { rate, burst, limit: waiting } = bucketOf(limit, mtu);
      expect(rate % 8).toBe(0);
      expect(burst).toBeGreaterThan(mtu);
      expect(waiting).toBeGreaterThanOrEqual(burst + 10 * mtu);
      expect(waiting).toBeLessThan(2 ** 32);
    }),
  );
  expect(bucketOf({ rate: 1_000_000_000, burst: null }, 1500)).toEqual({
    rate: 1_000_000_000,
    burst: 500_000,
    limit: 6_750_000,
  });
});

test("the stricter of two limits", () => {
  const [slow, fast] = [1, 2].map((n) => ({ rate: n * 8000, burst: null }));
  expect([stricter(slow ?? null, fast ?? null), stricter(null, fast ?? null), stricter(null, null)]).toEqual([
    slow,
    fast,
    null,
  ]);
});

const created = endpointDraft("web", "db", { ingress: "10mbit" });
const changed = (rest: object): CommandDraft => ({ type: "endpoint.update", endpoint: "web/db", ...rest });

test("what an update does not give stays, and an empty text lifts a limit", () => {
  const of = (...drafts: CommandDraft[]) =>
    after([networkDraft("web"), created, ...drafts]).endpoints[testId(1)]?.options.bandwidth;
  const tenMbit = { rate: 10_000_000, burst: null };
  expect(of(changed({ egress: "8kbit" }))).toEqual({ ingress: tenMbit, egress: { rate: 8000, burst: null } });
  expect(of(changed({ ingress: "" }))).toEqual({ ingress: null, egress: null });
});

test("every problem is told at once", () => {
  expect(refusalOf(() => parseCommand(changed({ ingress: "fast", egress: "1bit" })))).toBe(
    `INVALID_PARAMETER ingress: ${notRate("fast")}; egress: "1bit" must be from 8kbit to 32gbit`,
  );
});

test("a limit needs an interface, and a kernel that has what it takes", () => {
  expect(refusalOf(() => after([endpointDraft("host", "x", { ingress: "1mbit" })]))).toBe(
    "CONFLICT endpoints of network host have no interface whose bandwidth could be limited",
  );
  const facts = { ...emptyFacts, unsupported: { "bandwidth.egress": "ifb is not in this kernel" } };
  expect(refusalOf(() => after([networkDraft("web"), created, changed({ egress: "1mbit" })], facts))).toBe(
    "UNSUPPORTED egress cannot be limited: ifb is not in this kernel",
  );
  const link = networkDraft("wire", { driver: "ptp" });
  expect(refusalOf(() => after([link, endpointDraft("wire", "x", { egress: "1mbit" })], facts))).toBe("");
});
