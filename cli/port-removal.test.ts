import { expect, test } from "vitest";
import { formatPublication, type Publication } from "#cnm/ports.ts";
import { failureOf, failureText } from "./errors.ts";
import { left } from "./port-removal.ts";

const ports: Publication[] = [
  { protocol: "tcp", port: 80, count: 1, hostAddress: null, hostPort: 8080 },
  { protocol: "tcp", port: 80, count: 1, hostAddress: "127.0.0.1", hostPort: 8081 },
  { protocol: "udp", port: 80, count: 1, hostAddress: "::1", hostPort: 8080 },
  { protocol: "tcp", port: 70, count: 10, hostAddress: null, hostPort: 7000 },
];
const all = ports.map(formatPublication);

test.each([
  ["8080:80", [all[0]]],
  ["8080:80/tcp", [all[0]]],
  ["8081:80", [all[1]]],
  ["127.0.0.1:8081:80", [all[1]]],
  ["127.0.0.1::80", [all[1]]],
  ["80", [all[0], all[1]]],
  ["80/udp", [all[2]]],
  ["[0::1]:8080:80/udp", [all[2]]],
  ["7000-7009:70-79", [all[3]]],
])("%s is the end of %j", (spec, gone) => {
  const kept = left(ports, [spec]).map(formatPublication);
  expect(all.filter((text) => !kept.includes(text))).toEqual(gone);
});

test("what fits nothing is told with what there is", () => {
  const refusal = (of: readonly Publication[], ...specs: string[]) => {
    try {
      return left(of, specs);
    } catch (error) {
      return failureText(failureOf(error), false);
    }
  };
  expect(refusal(ports.slice(0, 2), "8080:80", "8080", "8080:x", "127.0.0.2:8080:80")).toMatchInlineSnapshot(`
    "patchbay: 3 things are wrong:
      8080: is not published; there are: 8080:80/tcp, 127.0.0.1:8081:80/tcp
      8080:x: "x" is not a port from 1 to 65535 or a range such as 8000-8010
      127.0.0.2:8080:80: is not published; there are: 8080:80/tcp, 127.0.0.1:8081:80/tcp"
  `);
  expect(refusal([], "80")).toBe("patchbay: 80: is not published; the endpoint publishes nothing");
});
