// @ts-check
import { isAbsolute, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Refusal } from "./refusal.mjs";

export const help = `Usage: sudo ./patchbay up [--port N] [--state DIR]
       ./patchbay up --isolated [--fresh] [--port N] [--state DIR]      (also: npm run up -- …)

Sets Patchbay up on this machine, starts its daemon and its console, and stays until Ctrl-C or SIGTERM stops both.
Networks and sandboxes keep working without them, but for names, which the daemon resolves; the next start takes them over.

  --isolated   run in private network and mount namespaces that are gone afterwards: nothing of this host is touched,
               and no root is needed where the kernel lets users make namespaces
  --fresh      with --isolated: start with nothing instead of what was there last time
  --port N     where the console answers on 127.0.0.1 (default 4700)
  --state DIR  where the database is (default /var/lib/patchbay; with --isolated .patchbay/isolated in the checkout)
  --help       this text

The default network, as dockerd's flags of it:
  --bip ADDR/N, --bip6 ADDR/N                the bridge's address and subnet
  --fixed-cidr SUBNET, --fixed-cidr-v6 SUBNET  the part of it that addresses are given from
  --default-gateway ADDR, --default-gateway-v6 ADDR  where sandboxes send what leaves, if not to the bridge
  -b, --bridge NAME   the bridge (default patchbay0); one that exists is used and never deleted; none: no such network
  --mtu N, --icc=BOOL, --ip-masq=BOOL, --ipv6=BOOL, --ip ADDR   as the options of a network; --ip is where ports are published
  --no-ip-forward     do not switch forwarding on
  --no-iptables       write no firewall rules

Environment: PATCHBAY_LOG=info (or debug) makes the daemon say more on stderr, as JSON lines.
`;

/**
 * `daemon`: what the daemon is told by its environment.
 * @typedef {{ help: boolean, isolated: boolean, fresh: boolean, port: number, state: string | null, daemon: Record<string, string> }} Options
 */

/** Flags of the default network with a value; the daemon knows what they mean and what is wrong with them. */
const valued = [
  "bip",
  "bip6",
  "fixed-cidr",
  "fixed-cidr-v6",
  "default-gateway",
  "default-gateway-v6",
  "bridge",
  "mtu",
  "icc",
  "ip-masq",
  "ipv6",
  "ip",
];
/** Those that mean true without one. */
const switches = ["--icc", "--ip-masq", "--ipv6"];

/** The options of a command line; `state` is absolute. Throws a Refusal that names what is wrong. @param {string[]} args @param {string} cwd @returns {Options} */
export function parseOptions(args, cwd) {
  const { isolated, fresh, port, state, help, ...rest } = parse(args).values;
  if (port !== undefined && !isPort(port)) throw new Refusal(`--port takes a number from 1 to 65535, not "${port}"`);
  if (state === "") throw new Refusal("--state takes the path of a folder, not an empty text");
  if (fresh && !isolated)
    throw new Refusal(
      "--fresh goes only with --isolated: the state of this host's networks is not thrown away by a flag",
    );
  return {
    help: help ?? false,
    isolated: isolated ?? false,
    fresh: fresh ?? false,
    port: Number(port ?? 4700),
    state: state === undefined ? null : isAbsolute(state) ? state : resolve(cwd, state),
    daemon: daemonEnvironment(rest),
  };
}

/** "fixed-cidr" is PATCHBAY_FIXED_CIDR; "no-iptables" is PATCHBAY_IPTABLES=false. @param {Record<string, unknown>} flags */
function daemonEnvironment(flags) {
  const environment = Object.entries(flags).map(([flag, value]) => {
    const name = `PATCHBAY_${flag.replace(/^no-/, "").toUpperCase().replaceAll("-", "_")}`;
    return [name, value === true ? "false" : String(value)];
  });
  return Object.fromEntries(environment);
}

/** @param {string[]} args */
function parse(args) {
  try {
    return parseArgs({
      args: args.map((arg) => (switches.includes(arg) ? `${arg}=true` : arg)),
      options: {
        isolated: { type: "boolean" },
        fresh: { type: "boolean" },
        port: { type: "string" },
        state: { type: "string" },
        help: { type: "boolean", short: "h" },
        "no-ip-forward": { type: "boolean" },
        "no-iptables": { type: "boolean" },
        ...Object.fromEntries(valued.map((flag) => [flag, flagOf(flag)])),
      },
    });
  } catch (error) {
    const [problem] = String(error instanceof Error ? error.message : error).split(/[.] |\n/);
    throw new Refusal(`${problem}: see ./patchbay up --help`);
  }
}

/** @param {string} flag @returns {{ type: "string", short?: string }} */
const flagOf = (flag) => (flag === "bridge" ? { type: "string", short: "b" } : { type: "string" });

/** @param {string} text */
const isPort = (text) => /^[0-9]{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535;
