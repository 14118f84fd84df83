import { expect, test } from "vitest";
import { parseSockets } from "./port-users.ts";

const header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const row = (local: string, state: string, inode: number): string =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0 100 0 0 10 0\n`;

test.for([
  ["0100007F:1F90", "127.0.0.1", 8080],
  ["00000000:0035", "0.0.0.0", 53],
  ["00000000000000000000000000000000:1F90", "::", 8080],
  ["00000000000000000000000001000000:1F90", "::1", 8080],
  ["B80D0120000000000000000001000000:FFFF", "2001:db8::1", 65_535],
  ["0000000000000000FFFF00000100007F:1F90", "127.0.0.1", 8080],
] as const)("%s is %s, port %i", ([local, address, port]) => {
  expect(parseSockets(header + row(local, "0A", 4711), "tcp")).toEqual([
    { protocol: "tcp", address, port, listening: true, inode: 4711 },
  ]);
});

test("only TCP in state 0A listens", () => {
  const text = header + row("0100007F:1F90", "0A", 1) + row("0100007F:1F90", "01", 2);
  expect(parseSockets(text, "tcp").map(({ listening }) => listening)).toEqual([true, false]);
  expect(parseSockets(header + row("0100007F:1F90", "07", 1), "udp")).toMatchObject([{ listening: false }]);
});

test("an empty table, or none", () => {
  expect(parseSockets(header, "udp")).toEqual([]);
  expect(parseSockets("", "udp")).toEqual([]);
});
