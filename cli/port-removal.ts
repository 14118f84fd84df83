import { invalid } from "#cnm/errors.ts";
import { formatPublication, type Publication, type PublicationRequest, parsePublication } from "#cnm/ports.ts";
import { listing } from "#cnm/text.ts";
import type { ShownProblem } from "./errors.ts";

/**
 * What an endpoint publishes still when the specs are gone. What a spec does not say fits any: "80" is every publication that
 * leads to port 80/tcp, "8080:80" that of any address. Throws every spec that cannot be read or fits nothing.
 */
export function left(ports: readonly Publication[], specs: readonly string[]): Publication[] {
  const problems: ShownProblem[] = [];
  const requests = specs.flatMap((spec, index) => {
    const parsed = parsePublication(spec);
    const message = parsed.ok ? unfitting(parsed.value, ports) : parsed.message;
    if (message) problems.push({ path: `publish.${index}`, message, written: spec });
    return parsed.ok ? [parsed.value] : [];
  });
  if (problems.length > 0) throw invalid(problems);
  return ports.filter((publication) => !requests.some((request) => fits(publication, request)));
}

function unfitting(request: PublicationRequest, ports: readonly Publication[]): string | null {
  if (ports.some((publication) => fits(publication, request))) return null;
  const published = listing(ports.map(formatPublication));
  return `is not published; ${published === "" ? "the endpoint publishes nothing" : `there are: ${published}`}`;
}

function fits(publication: Publication, { hostAddress, hostPorts, ...target }: PublicationRequest): boolean {
  return (
    (["protocol", "port", "count"] as const).every((key) => publication[key] === target[key]) &&
    (hostAddress === null || publication.hostAddress === hostAddress) &&
    (hostPorts === null || publication.hostPort === hostPorts.from)
  );
}
