import { expect, test } from "vitest";
import { refuseForeignOrigin } from "./serve.ts";

const origins = ["http://127.0.0.1:4700", "http://localhost:4700", "http://[::1]:4700"];
const own = { host: "127.0.0.1:4700", origin: "http://127.0.0.1:4700" };

test.each([
  ["the console itself", "POST", own],
  ["by name", "POST", { host: "localhost:4700", origin: "http://localhost:4700" }],
  ["by IPv6", "POST", { host: "[::1]:4700", origin: "http://[::1]:4700" }],
  ["a read without an origin", "GET", { host: "127.0.0.1:4700" }],
])("lets in %s", (_name, method, headers) => {
  expect(refuseForeignOrigin(origins, { method, headers })).toBeNull();
});

test.each([
  ["a rebound name", "GET", { host: "evil.example:4700" }],
  ["a name that begins like ours", "GET", { host: "127.0.0.1.evil.example:4700" }],
  ["a trailing dot", "GET", { host: "localhost.:4700" }],
  ["another port", "GET", { host: "127.0.0.1:4701" }],
  ["the address as a number", "GET", { host: "2130706433:4700" }],
  ["no host", "GET", {}],
  ["a foreign page", "POST", { ...own, origin: "http://evil.example" }],
  ["a sandboxed page", "POST", { ...own, origin: "null" }],
  ["a subdomain", "POST", { ...own, origin: "http://a.localhost:4700" }],
  ["a change without an origin", "POST", { host: own.host }],
  ["another site's read", "GET", { host: own.host, "sec-fetch-site": "cross-site" }],
])("refuses %s", (_name, method, headers) => {
  expect(refuseForeignOrigin(origins, { method, headers })).toMatch(/not|must/);
});
