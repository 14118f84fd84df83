import { describe, expect, test } from "vitest";
import { parseOptions } from "./options.mjs";

const defaults = { help: false, isolated: false, fresh: false, port: 4700, state: null, daemon: {} };

describe("parseOptions", () => {
  test.each([
    { args: [], want: defaults },
    { args: ["--isolated", "--fresh"], want: { ...defaults, isolated: true, fresh: true } },
    { args: ["--port", "8080"], want: { ...defaults, port: 8080 } },
    { args: ["--state=data"], want: { ...defaults, state: "/home/me/data" } },
    { args: ["--state", "/srv/patchbay"], want: { ...defaults, state: "/srv/patchbay" } },
    {
      args: ["-b", "br0", "--fixed-cidr=10.1.0.0/24", "--icc=false", "--ipv6", "--no-iptables"],
      want: {
        ...defaults,
        daemon: {
          PATCHBAY_BRIDGE: "br0",
          PATCHBAY_FIXED_CIDR: "10.1.0.0/24",
          PATCHBAY_ICC: "false",
          PATCHBAY_IPV6: "true",
          PATCHBAY_IPTABLES: "false",
        },
      },
    },
    { args: ["-h"], want: { ...defaults, help: true } },
  ])("$args", ({ args, want }) => {
    expect(parseOptions(args, "/home/me")).toEqual(want);
  });

  test.each([
    { args: ["--isolate"], want: "Unknown option '--isolate': see ./patchbay up --help" },
    { args: ["now"], want: /^Unexpected argument 'now'.*: see .\/patchbay up --help$/ },
    { args: ["--port"], want: /--port <value>' argument missing: see/ },
    { args: ["--port", "0"], want: '--port takes a number from 1 to 65535, not "0"' },
    { args: ["--port", "65536"], want: '--port takes a number from 1 to 65535, not "65536"' },
    { args: ["--port", "80 80"], want: '--port takes a number from 1 to 65535, not "80 80"' },
    { args: ["--state="], want: "--state takes the path of a folder, not an empty text" },
    { args: ["--fresh"], want: /^--fresh goes only with --isolated/ },
  ])("$args is refused", ({ args, want }) => {
    expect(() => parseOptions(args, "/")).toThrow(want);
  });
});
