import { addressOf, formatAddress } from "#cnm/cidr.ts";
import { formatRange, hostAddressesOf } from "#cnm/ports.ts";
import type { PublishedPort } from "#cnm/published.ts";

export const portHeader = ["HOST PORT(S)", "PROTO", "ENDPOINT", "SANDBOX", "TO", "REACHABLE BY"];

export function portRow(row: PublishedPort): string[] {
  const { publication, endpoint, network, sandbox, reach } = row;
  return [
    hostText(row),
    publication.protocol,
    `${network.name}/${endpoint.name}`,
    sandbox?.name ?? "-",
    toText(row),
    reach,
  ];
}

/** What scripts need of a row; objects with their ids. */
export function portJson({ publication, endpoint, network, sandbox, active, reach }: PublishedPort) {
  const named = ({ id, name }: { id: string; name: string }) => ({ id, name });
  const objects = { endpoint: named(endpoint), network: named(network), sandbox: sandbox && named(sandbox) };
  return { ...publication, ...objects, active, reach };
}

/** As ss(8) writes it: "*:8080", "[::1]:53"; "-" where no port of the host is taken. */
function hostText({ publication: { hostAddress, hostPort, count }, reach }: PublishedPort): string {
  if (reach === "on its own address") return "-";
  return `${hostAddress === null ? "*" : socketAddress(hostAddress)}:${formatRange(hostPort, count)}`;
}

/** The endpoint's addresses that the port leads to. */
function toText({ publication, endpoint }: PublishedPort): string {
  const families = hostAddressesOf(publication, endpoint).map((address) => addressOf(address).family);
  const own = families.flatMap((family) => (family === 4 ? endpoint.ipv4 : endpoint.ipv6) ?? []);
  const ports = formatRange(publication.port, publication.count);
  return own.map((address) => `${socketAddress(formatAddress(addressOf(address)))}:${ports}`).join(", ");
}

function socketAddress(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
