import { formatAddress, parseAddress } from "./cidr.ts";
import { parseDomainName } from "./domain-name.ts";
import type { Problem } from "./errors.ts";
import { bad, good, type Parsed } from "./parsed.ts";
import { type ExtraHost, hostGateway } from "./sandbox-options.ts";
import { quote } from "./text.ts";

/** What a command says of a sandbox's names and files, as texts. */
export interface SandboxTexts {
  hostname?: string;
  domainname?: string;
  extraHosts?: readonly string[];
  dns?: { servers?: readonly string[]; search?: readonly string[]; options?: readonly string[] };
}

/** Undefined where nothing was given. */
export interface SandboxFields {
  hostname?: string;
  domainname?: string;
  extraHosts?: ExtraHost[];
  servers?: string[];
  search?: string[];
  options?: string[];
}

/** MAXNS of glibc's resolv.h: resolv.conf(5) has no more, and whoever reads it would never ask a fourth. */
const mostServers = 3;

/** Reads the texts of a command; every problem is added to the list. What cannot be read is left out. */
export function parseSandboxFields(texts: SandboxTexts, problems: Problem[]): SandboxFields {
  const { hostname, domainname, extraHosts, dns = {} } = texts;
  const add = (path: string, message: string) => problems.push({ path, message });
  const one = <T>(path: string, parsed: Parsed<T>): T[] => {
    if (parsed.ok) return [parsed.value];
    add(path, parsed.message);
    return [];
  };
  const name = (path: string, text: string | undefined) =>
    text === undefined ? undefined : one(path, parseOwnName(text))[0];
  const list = <T>(path: string, given: readonly string[] | undefined, parse: (text: string) => Parsed<T>) =>
    given?.flatMap((text, index) => one(`${path}.${index}`, parse(text)));
  if (dns.servers && dns.servers.length > mostServers)
    add("dns.servers", `${dns.servers.length} servers are given; resolv.conf(5) has at most ${mostServers}`);
  if (dns.search && dns.search.length > 1 && dns.search.includes("."))
    add("dns.search", '"." means no search domain at all and stands alone');
  return {
    hostname: name("hostname", hostname),
    domainname: name("domainname", domainname),
    extraHosts: list("extraHosts", extraHosts, parseExtraHost),
    servers: list("dns.servers", dns.servers, parseServer),
    search: list("dns.search", dns.search, parseSearch),
    options: list("dns.options", dns.options, parseResolverOption),
  };
}

/** "" is the one that goes without saying. */
function parseOwnName(text: string): Parsed<string> {
  return text === "" ? good("") : parseDomainName(text);
}

/** docker-run(1)'s --add-host: "db:10.0.0.7", "db=10.0.0.7", "db:fd00::7", "host.internal:host-gateway". */
export function parseExtraHost(text: string): Parsed<ExtraHost> {
  const at = text.search(/[:=]/);
  if (at < 1) return bad(`${quote(text)} is not a name and an address such as db:10.0.0.7`);
  const name = parseDomainName(text.slice(0, at));
  if (!name.ok) return name;
  const addressText = text.slice(at + 1);
  if (addressText === hostGateway) return good({ name: name.value, address: hostGateway });
  const address = parseAddress(bracketless(addressText));
  if (!address.ok) return bad(`${address.message}; an address or ${hostGateway} follows the name`);
  return good({ name: name.value, address: formatAddress(address.value) });
}

/** "[fd00::7]" is read as well. */
const bracketless = (text: string): string => /^\[(.*:.*)\]$/.exec(text)?.[1] ?? text;

function parseServer(text: string): Parsed<string> {
  const address = parseAddress(text);
  return address.ok ? good(formatAddress(address.value)) : address;
}

function parseSearch(text: string): Parsed<string> {
  return text === "." ? good(text) : parseDomainName(text.replace(/\.$/, ""));
}

/** resolv.conf(5) has more of them with every libc: any word that looks like one is passed on. */
function parseResolverOption(text: string): Parsed<string> {
  if (/^[a-z][a-z0-9-]{0,31}(?::\d{1,5})?$/.test(text)) return good(text);
  return bad(`${quote(text)} is not an option of resolv.conf such as rotate or ndots:1`);
}

/** A line of a sandbox's extra hosts as `parseExtraHost` reads it. */
export function formatExtraHost({ name, address }: ExtraHost): string {
  return `${name}:${address}`;
}
