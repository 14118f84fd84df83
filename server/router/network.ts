import { commandInput, referenceInput } from "./input.ts";
import { operatorProcedure, router, viewerProcedure } from "./trpc.ts";

export const networkRouter = router({
  list: viewerProcedure.query(({ ctx }) => Object.values(ctx.controller.topology.networks)),
  inspect: viewerProcedure.input(referenceInput).query(({ ctx, input }) => ctx.system.inspectNetwork(input.ref)),
  create: operatorProcedure
    .input(commandInput("network.create"))
    .mutation(({ ctx, input }) => ctx.controller.apply(ctx.caller, [input])),
  update: operatorProcedure
    .input(commandInput("network.update"))
    .mutation(({ ctx, input }) => ctx.controller.apply(ctx.caller, [input])),
  delete: operatorProcedure
    .input(commandInput("network.delete"))
    .mutation(({ ctx, input }) => ctx.controller.apply(ctx.caller, [input])),
});
