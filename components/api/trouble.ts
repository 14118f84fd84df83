import { TRPCClientError } from "@trpc/client";
import type { ErrorCode, ErrorDetails, Refusal } from "#cnm/errors.ts";

/** Why something did not happen, as the page shows it: what went wrong, in whose words, and what would lift it. */
export interface Trouble {
  code: ErrorCode;
  message: string;
  details: ErrorDetails;
}

export const unreachable: Trouble = {
  code: "UNAVAILABLE",
  message: "the daemon is not reachable",
  details: { lift: "networks and sandboxes keep working; start the daemon to change them" },
};

/** Reads any thrown value. An answer that is not the daemon's means that nobody answered. */
export function troubleOf(error: unknown): Trouble {
  const data: unknown = error instanceof TRPCClientError ? error.data : undefined;
  return isData(data) ? data.cnm : unreachable;
}

export function troubleOfRefusal({ code, message, rule, lift }: Refusal): Trouble {
  return { code, message, details: { rule, lift } };
}

/** What the kernel's answer usually means for the person who reads it. */
const advice: Record<string, string> = {
  EEXIST: "something else on this host has that name or address already; remove or rename it, then try again",
  EBUSY: "something else is using the device; stop it, then try again",
  ENODEV: "the device has gone meanwhile; try again",
  ENOENT: "what the step needs has gone meanwhile; try again",
  EPERM: "the daemon lacks a right; start it as root",
  EACCES: "the kernel is set up not to allow this (for IPv6 addresses: net.ipv6.conf.*.disable_ipv6)",
  EINVAL: "the kernel does not take these values together; change them and try again",
  EOPNOTSUPP: "this kernel is built without it",
};

/** The step that the kernel refused has lines of its own where trouble is shown; the sentence need not repeat it. */
export function shortMessage({ message, details: { step } }: Trouble): string {
  return step ? message.replace(/ ".*"/s, " a step") : message;
}

/** What would lift it: as the daemon says, or as the kernel's error suggests. */
export function liftOf({ details: { lift, step } }: Trouble): string | undefined {
  return lift ?? advice[step?.errno ?? ""];
}

/** "the sentence" becomes "The sentence": the daemon's sentences begin in lower case, as parts of a log line. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function isData(data: unknown): data is { cnm: Trouble } {
  return (
    typeof data === "object" && data !== null && "cnm" in data && typeof data.cnm === "object" && data.cnm !== null
  );
}
