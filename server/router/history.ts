import { z } from "zod";
import { outcomes } from "#cnm/history.ts";
import { input } from "./input.ts";
import { router, viewerProcedure } from "./trpc.ts";

const text = z.string().min(1).max(130).optional();
const time = z.iso.datetime({ offset: true, message: "must be a time such as 2026-11-20T08:00:00Z" }).optional();
const ListInput = z.strictObject({
  filter: z
    .strictObject({
      actor: text,
      verb: text,
      object: text,
      outcome: z.enum(outcomes).optional(),
      after: time,
      before: time,
    })
    .default({}),
  cursor: z.number().int().min(1).nullish(),
  limit: z.number().int().min(1).max(500).default(50),
});

export const historyRouter = router({
  list: viewerProcedure
    .input(input(ListInput))
    .query(({ ctx, input }) =>
      ctx.system.listHistory(input.filter, { cursor: input.cursor ?? undefined, limit: input.limit }),
    ),
  show: viewerProcedure
    .input(input(z.strictObject({ seq: z.number().int().min(1) })))
    .query(({ ctx, input }) => ctx.system.showHistory(input.seq)),
  verify: viewerProcedure.query(({ ctx }) => ctx.system.verifyHistory()),
});
