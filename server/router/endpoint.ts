import { commandInput, referenceInput } from "./input.ts";
import { operatorProcedure, router, viewerProcedure } from "./trpc.ts";

export const endpointRouter = router({
  list: viewerProcedure.query(({ ctx }) => Object.values(ctx.controller.topology.endpoints)),
  inspect: viewerProcedure.input(referenceInput).query(({ ctx, input }) => ctx.system.inspectEndpoint(input.ref)),
  create: operatorProcedure
    .input(commandInput("endpoint.create"))
    .mutation(({ ctx, input }) => ctx.controller.apply(ctx.caller, [input])),
  update: operatorProcedure
    .input(commandInput("endpoint.update"))
    .mutation(({ ctx, input }) => ctx.controller.apply(ctx.caller, [input])),
  join: operatorProcedure
    .input(commandInput("endpoint.join"))
    .mutation(({ ctx, input }) => ctx.controller.apply(ctx.caller, [input])),
  leave: operatorProcedure
    .input(commandInput("endpoint.leave"))
    .mutation(({ ctx, input }) => ctx.controller.apply(ctx.caller, [input])),
  delete: operatorProcedure
    .input(commandInput("endpoint.delete"))
    .mutation(({ ctx, input }) => ctx.controller.apply(ctx.caller, [input])),
});
