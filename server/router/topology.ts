import { tracked } from "@trpc/server";
import { z } from "zod";
import { Id } from "#cnm/ids.ts";
import { commandsInput, input } from "./input.ts";
import { type Context, operatorProcedure, refuseForeignVerbs, router, viewerProcedure } from "./trpc.ts";

const coordinate = z.number().finite().min(-1e6).max(1e6);
const LayoutInput = z.strictObject({ positions: z.record(Id, z.strictObject({ x: coordinate, y: coordinate })) });
const WatchInput = z.strictObject({ lastEventId: z.string().max(64).nullish() }).nullish();

/** How soon a subscription notices that its session has ended or its role has changed. */
const revalidateMs = 1500;

export const topologyRouter = router({
  get: viewerProcedure.query(({ ctx }) => ctx.controller.state()),
  plan: viewerProcedure.input(commandsInput).query(async ({ ctx, input, path }) => {
    await refuseForeignVerbs(ctx, path, input.commands);
    return ctx.controller.plan(input.commands);
  }),
  /** Several commands as one atomic change; tRPC reserves the word "apply". */
  change: operatorProcedure.input(commandsInput).mutation(async ({ ctx, input, path }) => {
    await refuseForeignVerbs(ctx, path, input.commands);
    return ctx.controller.apply(ctx.caller, input.commands, input);
  }),
  layout: operatorProcedure
    .input(input(LayoutInput))
    .mutation(({ ctx, input }) => ctx.controller.moveLayout(input.positions)),
  /** Starts with the state, or with what came after `lastEventId`; ends when the session does. */
  watch: viewerProcedure.input(input(WatchInput)).subscription(async function* ({ ctx, input, signal }) {
    const ended = endOfSession(ctx, signal);
    try {
      for await (const { id, event } of ctx.controller.watch(input?.lastEventId ?? null, ended.signal))
        yield tracked(id, event);
    } finally {
      ended.release();
    }
  }),
});

function endOfSession(ctx: Context, signal: AbortSignal | undefined): { signal: AbortSignal; release(): void } {
  const ended = new AbortController();
  const timer = setInterval(() => {
    void ctx.revalidate().then(
      (actor) => actor?.role === ctx.actor?.role || ended.abort(),
      () => ended.abort(),
    );
  }, revalidateMs);
  const abort = () => ended.abort();
  signal?.addEventListener("abort", abort, { once: true });
  return {
    signal: ended.signal,
    release: () => {
      clearInterval(timer);
      signal?.removeEventListener("abort", abort);
    },
  };
}
