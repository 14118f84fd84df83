import { expect, test } from "vitest";
import { parsePublication } from "#cnm/ports.ts";
import { portChip, portLine } from "./port-chips.ts";

const published = (text: string) => {
  const parsed = parsePublication(text);
  if (!parsed.ok || !parsed.value.hostPorts) throw new Error(text);
  const { hostPorts, ...rest } = parsed.value;
  return { ...rest, hostPort: hostPorts.from };
};

test.each([
  ["8080:80", { text: "8080→80", title: "any address, port 8080 → 80/tcp", local: false }],
  ["53:53/udp", { text: "53→53/udp", title: "any address, port 53 → 53/udp", local: false }],
  ["9899:9899/sctp", { text: "9899→9899/sctp", title: "any address, port 9899 → 9899/sctp", local: false }],
  ["8000-8009:80-89", { text: "8000-8009→80-89", title: "any address, port 8000-8009 → 80-89/tcp", local: false }],
  [
    "127.0.0.1:8080:80",
    { text: "lo 8080→80", title: "127.0.0.1, port 8080 → 80/tcp, from this host only", local: true },
  ],
  ["[::1]:8080:80", { text: "lo 8080→80", title: "[::1], port 8080 → 80/tcp, from this host only", local: true }],
  ["192.0.2.7:8080:80", { text: "8080→80", title: "192.0.2.7, port 8080 → 80/tcp", local: false }],
])("%s is the chip %o", (text, chip) => {
  expect(portChip(published(text))).toEqual(chip);
});

const lineOf = (...texts: string[]) => {
  const line = portLine(texts.map(published));
  return line && [...line.chips.map(({ text }) => text), line.more?.text].filter(Boolean);
};

test("as many chips as fit, the rest behind a number", () => {
  expect(portLine([])).toBeNull();
  expect(lineOf("8080:80", "443:443")).toEqual(["443→443", "8080→80"]);
  expect(lineOf("8080:80", "81:81", "82:82", "83:83", "84:84")).toEqual(["81→81", "82→82", "83→83", "+2"]);
  expect(lineOf("80:80", "7000-7003:7000-7003", "9443:443")).toEqual(["80→80", "9443→443", "+1"]);
});

test("one that is too long for the line is shown all the same, if nothing else is", () => {
  const long = "127.0.0.1:10000-10100:10000-10100/sctp";
  expect(lineOf(long)).toEqual(["lo 10000-10100→10000-10100/sctp"]);
  expect(lineOf(long, "20000:1")).toEqual(["20000→1", "+1"]);
});

test("the number says what it hides", () => {
  const line = portLine(["81:81", "82:82", "83:83", "84:84", "127.0.0.1:85:85"].map(published));
  expect(line?.more?.title).toBe("any address, port 84 → 84/tcp\n127.0.0.1, port 85 → 85/tcp, from this host only");
});
