import { z } from "zod";
import { roles } from "#cnm/history.ts";
import { Name } from "#cnm/ids.ts";
import type { Caller } from "#server/controller/controller.ts";
import { input } from "./input.ts";
import { adminProcedure, type Context, publicProcedure, router } from "./trpc.ts";

const password = z.string().min(8, "must be at least 8 characters").max(128, "must be at most 128 characters");
const username = Name.min(3, "must be at least 3 characters").max(32, "must be at most 32 characters");
const name = z.string().trim().min(1).max(80).optional();
const SetupInput = z.strictObject({ token: z.string().min(1).max(128), username, password, name });
const UserInput = z.strictObject({ username, password, name, role: z.enum(roles) });

export const authRouter = router({
  status: publicProcedure.query(async ({ ctx }) => ({ needsSetup: await ctx.auth.needsSetup(), actor: ctx.actor })),
  /** The first administrator, with the token of the one-time link. */
  setup: publicProcedure.input(input(SetupInput)).mutation(({ ctx, input }) => ctx.auth.setup(input)),
});

export const userRouter = router({
  list: adminProcedure.query(({ ctx }) => ctx.auth.listUsers()),
  create: adminProcedure
    .input(input(UserInput))
    .mutation(({ ctx, input }) =>
      recorded(ctx, { verb: "user.create", summary: `created user ${input.username}, ${input.role}` }, () =>
        ctx.auth.createUser(input),
      ),
    ),
  setRole: adminProcedure
    .input(input(UserInput.pick({ username: true, role: true })))
    .mutation(({ ctx, input }) =>
      recorded(ctx, { verb: "user.setRole", summary: `made ${input.username} ${input.role}` }, () =>
        ctx.auth.setRole(input.username, input.role),
      ),
    ),
  setPassword: adminProcedure
    .input(input(UserInput.pick({ username: true, password: true })))
    .mutation(({ ctx, input }) =>
      recorded(ctx, { verb: "user.setPassword", summary: `set the password of ${input.username}` }, () =>
        ctx.auth.setPassword(input.username, input.password),
      ),
    ),
  delete: adminProcedure
    .input(input(UserInput.pick({ username: true })))
    .mutation(({ ctx, input }) =>
      recorded(ctx, { verb: "user.delete", summary: `deleted user ${input.username}` }, () =>
        ctx.auth.removeUser(input.username),
      ),
    ),
});

/** Users are no part of the topology, but who may do what belongs into the same history. */
function recorded<T>(
  { caller, controller }: Context & { caller: Caller },
  what: { verb: string; summary: string },
  change: () => Promise<T>,
): Promise<T> {
  return controller.recordWhile({ ...caller, ...what, objects: [], commands: [], changes: [] }, change);
}
