import { initTRPC, TRPCError } from "@trpc/server";
import type { TRPC_ERROR_CODE_KEY } from "@trpc/server/rpc";
import { hasRole, mayAskFor } from "#cnm/access.ts";
import type { CommandInput } from "#cnm/commands.ts";
import { CnmError, type ErrorCode, type ErrorDetails } from "#cnm/errors.ts";
import type { Actor, Role } from "#cnm/history.ts";
import type { Auth } from "#server/auth/auth.ts";
import type { Caller, NetworkController } from "#server/controller/controller.ts";
import type { System } from "#server/controller/system.ts";

/** What a request brings with it; made anew for every request by the server that accepted it. */
export interface Context {
  actor: Actor | null;
  /** "cli", or the client's address. */
  source: string;
  controller: NetworkController;
  system: System;
  auth: Auth;
  /** Whether the actor may still do what it could when the request began; asked again while a subscription runs. */
  revalidate(): Promise<Actor | null>;
}

/** What travels beside every error, under `data.cnm`. */
export interface CnmErrorData {
  code: ErrorCode;
  message: string;
  details: ErrorDetails;
}

const trpcCode: Record<ErrorCode, TRPC_ERROR_CODE_KEY> = {
  INVALID_PARAMETER: "BAD_REQUEST",
  NOT_FOUND: "NOT_FOUND",
  CONFLICT: "CONFLICT",
  FORBIDDEN: "FORBIDDEN",
  UNAUTHENTICATED: "UNAUTHORIZED",
  EXHAUSTED: "CONFLICT",
  UNSUPPORTED: "NOT_IMPLEMENTED",
  UNAVAILABLE: "SERVICE_UNAVAILABLE",
  REMOTE_DRIVER: "BAD_GATEWAY",
  KERNEL: "INTERNAL_SERVER_ERROR",
  INTERNAL: "INTERNAL_SERVER_ERROR",
};

const t = initTRPC
  .context<Context>()
  .meta<{ role: Role | "public" }>()
  .create({
    isDev: false,
    sse: { ping: { enabled: true, intervalMs: 2000 }, client: { reconnectAfterInactivityMs: 6000 } },
    errorFormatter: ({ shape, error }) => {
      const cnm = cnmErrorOf(error);
      return {
        ...shape,
        message: cnm.message,
        data: { code: shape.data.code, httpStatus: shape.data.httpStatus, cnm },
      };
    },
  });

export const router = t.router;

/** An unknown error is a bug: its text stays in the log. */
function cnmErrorOf(error: TRPCError): CnmErrorData {
  const { cause } = error;
  if (cause instanceof CnmError) return { code: cause.code, message: cause.message, details: cause.details };
  if (error.code === "INTERNAL_SERVER_ERROR")
    return { code: "INTERNAL", message: "something went wrong in the daemon; its log says what", details: {} };
  return { code: error.code === "NOT_FOUND" ? "NOT_FOUND" : "INVALID_PARAMETER", message: error.message, details: {} };
}

/** A thrown CnmError leaves with the HTTP status of its code. */
const withCnmErrors = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok || !(result.error.cause instanceof CnmError)) return result;
  const { cause } = result.error;
  throw new TRPCError({ code: trpcCode[cause.code], message: cause.message, cause });
});

/** Only for who has at least the role; everybody else is refused, and a signed-in person's attempt is recorded. */
function allow(role: Role) {
  return t.middleware(async ({ ctx, path, next }) => {
    const { actor } = ctx;
    if (!actor) throw new CnmError("UNAUTHENTICATED", "sign in first");
    const caller: Caller = { actor, source: ctx.source };
    if (!hasRole(actor.role, role)) {
      const message = `${path} needs the role ${role}; you are ${actor.role}`;
      throw await denied({ ...ctx, caller }, path, { message, lift: "ask an administrator for the role" });
    }
    return next({ ctx: { ...ctx, actor, caller } });
  });
}

/** Throws, and records, if one of the commands needs more than the procedure that they came by. */
export async function refuseForeignVerbs(
  ctx: Context & { caller: Caller },
  path: string,
  commands: readonly CommandInput[],
): Promise<void> {
  const verdict = mayAskFor(
    ctx.caller.actor.role,
    commands.map(({ type }) => type),
  );
  if (!verdict.ok) throw await denied(ctx, path, verdict);
}

async function denied(
  { controller, caller }: Pick<Context, "controller"> & { caller: Caller },
  verb: string,
  { message, rule, lift }: { message: string; rule?: string; lift?: string },
): Promise<CnmError> {
  const entry = { ...caller, verb, summary: `denied: ${message}`, objects: [], commands: [], changes: [] };
  await controller.record(entry, { outcome: "denied", error: message });
  return new CnmError("FORBIDDEN", message, { rule, lift });
}

const base = t.procedure.use(withCnmErrors);
/** For everybody, signed in or not. */
export const publicProcedure = base.meta({ role: "public" });
/** Reads. */
export const viewerProcedure = base.meta({ role: "viewer" }).use(allow("viewer"));
/** Edits the topology. */
export const operatorProcedure = base.meta({ role: "operator" }).use(allow("operator"));
/** Users, terminals, settings, and what Patchbay has not made. */
export const adminProcedure = base.meta({ role: "admin" }).use(allow("admin"));
