import { expect } from "vitest";
import { probe } from "./outside.ts";
import type { Answer, Probe } from "./talk.ts";

/** One question of a matrix of who can reach whom, by packets. */
export interface Row {
  scenario: string;
  from: string;
  to: string;
  port: string;
  /** "yes"; "no"; or the name that answers and the address it saw. */
  want: string;
}

/** What the names of a matrix stand for. */
export interface Cast {
  /** Of what is on the right of an arrow. */
  addresses: Readonly<Record<string, string>>;
  /** The namespace of what is on the left. */
  ns(who: string): string;
}

/** Lines such as "nat a -> b tcp/80 b 10.1.0.2", "nat a -> c ping no"; "#" begins a remark. */
export function table(text: string): Row[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith("#"))
    .map((line) => {
      const [scenario = "", from = "", , to = "", port = "", ...want] = line.split(/\s+/);
      return { scenario, from, to, port, want: want.join(" ") };
    });
}

/** Asks every question, and compares all answers at once. */
export async function expectAnswers(rows: readonly Row[], cast: Cast): Promise<void> {
  const answers = await ask(rows, cast);
  const line = ({ from, to, port }: Row, answer: string) => `${from} -> ${to} ${port}: ${answer}`;
  expect(rows.map((row, i) => line(row, answers[i] ?? "no"))).toEqual(rows.map((row) => line(row, row.want)));
}

/** Everybody asks at once. */
async function ask(rows: readonly Row[], { addresses, ns }: Cast): Promise<Answer[]> {
  const answers = new Map<Row, Answer>();
  await Promise.all(
    [...new Set(rows.map(({ from }) => from))].map(async (from) => {
      const mine = rows.filter((row) => row.from === from);
      const got = await probe(
        ns(from),
        mine.map(({ to, port }) => probeOf(addresses[to] ?? to, port)),
      );
      for (const [i, row] of mine.entries()) answers.set(row, got[i] ?? null);
    }),
  );
  return rows.map((row) => answers.get(row) ?? null);
}

function probeOf(address: string, port: string): Probe {
  const [kind, number] = port.split("/");
  return kind === "tcp" || kind === "udp" ? { kind, address, port: Number(number) } : { kind: "ping", address };
}
