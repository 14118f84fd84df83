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

/** "the sentence" becomes "The sentence": the daemon's sentences begin in lower case, as parts of a log line. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function isData(data: unknown): data is { cnm: Trouble } {
  return (
    typeof data === "object" && data !== null && "cnm" in data && typeof data.cnm === "object" && data.cnm !== null
  );
}
