import { allowed } from "#cnm/errors.ts";
import { shortId } from "#cnm/ids.ts";
import { hostnameOf, type Sandbox } from "#cnm/sandbox.ts";
import { formatExtraHost } from "#cnm/sandbox-fields.ts";
import { one, type Settings, words } from "./settings.ts";

/** How a sandbox is called, and whom it knows besides its networks. */
export function nameSettings({ id, options }: Sandbox): Settings {
  const { hostname, domainname, extraHosts } = options;
  const implied = hostnameOf({ id, options: { ...options, domainname: "" } }).domain;
  return {
    settings: [
      {
        key: "hostname",
        label: "Hostname",
        texts: words(hostname),
        many: false,
        otherwise: shortId(id),
        verdict: allowed,
        help: "Such as web or web.example.com",
      },
      {
        key: "domainname",
        label: "Domain",
        texts: words(domainname),
        many: false,
        otherwise: implied || "none",
        verdict: allowed,
        help: "Such as example.com",
      },
      {
        key: "extraHosts",
        label: "Extra hosts",
        texts: extraHosts.map(formatExtraHost),
        many: true,
        otherwise: "none",
        verdict: allowed,
        help: "Such as db:10.0.0.7, one a line; host-gateway as the address is this host",
      },
    ],
    commands: (given) => [
      {
        type: "sandbox.update",
        sandbox: id,
        hostname: one(given.hostname),
        domainname: one(given.domainname),
        extraHosts: given.extraHosts,
      },
    ],
  };
}

/** Whom a sandbox asks for names that no network knows; of resolv.conf(5). */
export function dnsSettings({ id, options: { dns } }: Sandbox): Settings {
  const list = { many: true, otherwise: "the host's", verdict: allowed };
  return {
    settings: [
      {
        ...list,
        key: "servers",
        label: "Servers",
        texts: dns.servers,
        help: "Addresses such as 10.0.0.53, one a line, at most three",
      },
      {
        ...list,
        key: "search",
        label: "Search",
        texts: dns.search,
        help: 'Domains such as example.com, one a line; "." alone for none',
      },
      {
        ...list,
        key: "options",
        label: "Options",
        texts: dns.options,
        help: "Such as ndots:1 or rotate, one a line",
      },
    ],
    commands: ({ servers, search, options }) => [
      { type: "sandbox.update", sandbox: id, dns: { servers, search, options } },
    ],
  };
}
