import { z } from "zod";
import { Reference } from "#cnm/ids.ts";
import { commandInput, input, referenceInput } from "./input.ts";
import { adminProcedure, operatorProcedure, router, viewerProcedure } from "./trpc.ts";

const ExecInput = z.strictObject({ ref: Reference, program: z.string().min(1).max(256) });

export const sandboxRouter = router({
  list: viewerProcedure.query(({ ctx }) => Object.values(ctx.controller.topology.sandboxes)),
  inspect: viewerProcedure.input(referenceInput).query(({ ctx, input }) => ctx.system.inspectSandbox(input.ref)),
  routes: viewerProcedure.input(referenceInput).query(({ ctx, input }) => ctx.system.sandboxRoutes(input.ref)),
  /** The files that stand in place of those in /etc inside the sandbox, and what a person has changed in them. */
  files: viewerProcedure.input(referenceInput).query(({ ctx, input }) => ctx.system.sandboxFiles(input.ref)),
  dns: viewerProcedure.input(referenceInput).query(({ ctx, input }) => ctx.system.sandboxDns(input.ref)),
  /** What of others on this host can be adopted. */
  adoptable: adminProcedure.query(({ ctx }) => ctx.system.adoptable()),
  create: operatorProcedure
    .input(commandInput("sandbox.create"))
    .mutation(({ ctx, input }) => ctx.controller.apply(ctx.caller, [input])),
  adopt: adminProcedure
    .input(commandInput("sandbox.adopt"))
    .mutation(({ ctx, input }) => ctx.controller.apply(ctx.caller, [input])),
  update: operatorProcedure
    .input(commandInput("sandbox.update"))
    .mutation(({ ctx, input }) => ctx.controller.apply(ctx.caller, [input])),
  delete: operatorProcedure
    .input(commandInput("sandbox.delete"))
    .mutation(({ ctx, input }) => ctx.controller.apply(ctx.caller, [input])),
  /** Records that a program is run in the sandbox and tells how to get there; the caller, root on this host, runs it. */
  exec: adminProcedure.input(input(ExecInput)).mutation(({ ctx, input }) => ctx.system.enterSandbox(ctx.caller, input)),
});
