import { parseAddress } from "#cnm/cidr.ts";
import {
  formatRange,
  type Protocol,
  type Publication,
  type PublicationRequest,
  parseExposure,
  parsePublication,
} from "#cnm/ports.ts";

/** A publication while it is typed, field by field. Pure. */
export interface PortDraft {
  /** Empty: the network's host binding, or every address. */
  hostAddress: string;
  /** Empty: any free port. A range: the first free one of it, or as many as `port` has. */
  hostPort: string;
  port: string;
  protocol: Protocol;
}

export const emptyPort: PortDraft = { hostAddress: "", hostPort: "", port: "", protocol: "tcp" };

export type PortProblems = Partial<Record<keyof PortDraft, string>>;

/** As docker-run(1)'s -p, which is what a command takes. */
export function publicationText({ hostAddress, hostPort, port, protocol }: PortDraft): string {
  const address = hostAddress.includes(":") ? `[${hostAddress}]` : hostAddress;
  const host = address ? `${address}:${hostPort}:` : hostPort ? `${hostPort}:` : "";
  return `${host}${port}/${protocol}`;
}

/** What is wrong with what has been typed so far; an empty field is not wrong yet. */
export function portProblems(draft: PortDraft): PortProblems {
  const problems: PortProblems = {};
  const { hostAddress, hostPort, port, protocol } = draft;
  const address = hostAddress === "" ? null : parseAddress(hostAddress);
  if (address && !address.ok) problems.hostAddress = address.message;
  const host = hostPort === "" ? null : parsePublication(`${hostPort}:1`);
  if (host && !host.ok) problems.hostPort = host.message;
  const exposure = port === "" ? null : parseExposure(`${port}/${protocol}`);
  if (exposure && !exposure.ok) problems.port = exposure.message;
  if (port === "" || Object.keys(problems).length > 0) return problems;
  const whole = parsePublication(publicationText(draft));
  return whole.ok ? {} : { hostPort: whole.message };
}

/** A whole publication that was typed or pasted into one field, taken apart; null unless it is one. */
export function splitPublication(text: string): PortDraft | null {
  if (!text.includes(":") && !text.includes("/")) return null;
  const parsed = parsePublication(text.trim());
  return parsed.ok ? draftOfRequest(parsed.value) : null;
}

export function draftOf({ hostPort, ...rest }: Publication): PortDraft {
  return draftOfRequest({ ...rest, hostPorts: { from: hostPort, count: rest.count } });
}

function draftOfRequest({ hostAddress, hostPorts, port, count, protocol }: PublicationRequest): PortDraft {
  return {
    hostAddress: hostAddress ?? "",
    hostPort: hostPorts ? formatRange(hostPorts.from, hostPorts.count) : "",
    port: formatRange(port, count),
    protocol,
  };
}

/** The list with one text in place of another, added to it (`at` null), or without it (`text` null). */
export function withText(texts: readonly string[], at: number | null, text: string | null): string[] {
  const own = text === null ? [] : [text];
  return at === null ? [...texts, ...own] : [...texts.slice(0, at), ...own, ...texts.slice(at + 1)];
}
