/** The codes of design section 8: exactly one per error that crosses a folder. */
export const errorCodes = [
  "INVALID_PARAMETER",
  "NOT_FOUND",
  "CONFLICT",
  "FORBIDDEN",
  "UNAUTHENTICATED",
  "EXHAUSTED",
  "UNSUPPORTED",
  "UNAVAILABLE",
  "REMOTE_DRIVER",
  "KERNEL",
  "INTERNAL",
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** One thing that is wrong with an input. `path` is where ("subnets.0"), empty for the whole. */
export interface Problem {
  path: string;
  message: string;
}

/** What travels with an error besides its sentence; all of it is plain JSON and safe to show. */
export interface ErrorDetails {
  /** Name of the rule that refused ("network-has-endpoints"), where one did. */
  rule?: string;
  /** What the person can do about it. */
  lift?: string;
  /** Every problem of the input (INVALID_PARAMETER). */
  problems?: Problem[];
  /** The kernel's step that failed (KERNEL). */
  step?: { command: string; errno: string; text: string };
}

export class CnmError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message);
    this.name = "CnmError";
    this.code = code;
    this.details = details;
  }
}

/** A refusal as a value: what a drop target shows and what the controller throws are the same object. */
export interface Refusal {
  ok: false;
  code: ErrorCode;
  /** The rule's name, kebab-case. */
  rule: string;
  message: string;
  /** What would lift it. */
  lift?: string;
}
export type Verdict = { ok: true } | Refusal;

export const allowed: Verdict = { ok: true };

/** Throws the refusal as an error; does nothing for an allowed verdict. */
export function enforce(verdict: Verdict): void {
  if (!verdict.ok) throw refused(verdict);
}

/** The refusal as an error. */
export function refused({ code, message, rule, lift }: Refusal): CnmError {
  return new CnmError(code, message, { rule, lift });
}

/** INVALID_PARAMETER with every problem at once; the message lists them all. */
export function invalid(problems: Problem[]): CnmError {
  const lines = problems.map((p) => (p.path ? `${p.path}: ${p.message}` : p.message));
  return new CnmError("INVALID_PARAMETER", lines.join("; "), { problems });
}
