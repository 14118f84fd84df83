import { formatLimit } from "#cnm/bandwidth.ts";
import type { Endpoint } from "#cnm/endpoint.ts";
import { sysctlTexts } from "#cnm/endpoint-options.ts";
import { allowed } from "#cnm/errors.ts";
import type { Facts } from "#cnm/facts.ts";
import { formatExposure } from "#cnm/ports.ts";
import { canLimit } from "#cnm/reduce-bandwidth.ts";
import { canHaveOptions } from "#cnm/reduce-options.ts";
import { formatRoute } from "#cnm/route.ts";
import type { Topology } from "#cnm/topology.ts";
import { one, type Setting, type Settings, words } from "./settings.ts";

/** The routes that were asked for, interface by interface. */
export function routeSettings(endpoints: readonly Endpoint[]): Settings {
  return {
    settings: endpoints.map((endpoint, index) => ({
      ...routeSetting(endpoint, index === 0),
      key: endpoint.id,
      label: `Through ${endpoint.attachment?.interfaceName}`,
    })),
    commands: (given) =>
      Object.entries(given).map(([endpoint, routes]) => ({ type: "endpoint.update", endpoint, routes })),
  };
}

/** What an endpoint is told besides its addresses and ports. */
export function endpointSettings(topology: Topology, endpoint: Endpoint, unsupported: Facts["unsupported"]): Settings {
  const { id, aliases, options } = endpoint;
  const limit = (direction: "ingress" | "egress") => ({
    key: direction,
    texts: words(formatLimit(options.bandwidth[direction])),
    many: false,
    otherwise: "no limit",
    help: 'Such as 10mbit or "1gbit burst 64kb", in the units of tc(8)',
    verdict: canLimit(topology, endpoint, { direction, unsupported }),
  });
  const verdict = canHaveOptions(topology, endpoint);
  return {
    settings: [
      { ...limit("ingress"), label: "Receives at most" },
      { ...limit("egress"), label: "Sends at most" },
      {
        key: "aliases",
        label: "Aliases",
        texts: aliases,
        many: true,
        otherwise: "none",
        verdict: allowed,
        help: "Further names in this network, one a line",
      },
      { ...routeSetting(endpoint, true), verdict },
      {
        key: "sysctls",
        label: "Sysctls",
        texts: sysctlTexts(options),
        many: true,
        otherwise: "none",
        help: "Such as net.ipv4.conf.IFNAME.forwarding=1, one a line; IFNAME is the interface",
        verdict,
      },
    ],
    commands: ({ ingress, egress, aliases, routes, sysctls }) => [
      { type: "endpoint.update", endpoint: id, ingress: one(ingress), egress: one(egress), aliases, routes, sysctls },
    ],
  };
}

/** What the sandbox serves: what links open, and what "publish all" publishes. */
export function exposedSettings({ id, exposed }: Endpoint): Settings {
  return {
    settings: [
      {
        key: "expose",
        label: "Exposed",
        texts: exposed.map(formatExposure),
        many: true,
        otherwise: "nothing",
        verdict: allowed,
        help: "Such as 80/tcp or 8000-8010/udp, one a line",
      },
    ],
    commands: ({ expose }) => [{ type: "endpoint.update", endpoint: id, expose }],
  };
}

function routeSetting({ options }: Endpoint, explained: boolean): Setting {
  return {
    key: "routes",
    label: "Routes",
    texts: options.routes.map(formatRoute),
    many: true,
    otherwise: "none",
    verdict: allowed,
    help: explained ? 'Such as "10.9.0.0/16 via 10.8.0.9", or without via; one a line' : "",
  };
}
