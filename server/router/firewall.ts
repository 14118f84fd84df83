import { router, viewerProcedure } from "./trpc.ts";

export const firewallRouter = router({
  list: viewerProcedure.query(({ ctx }) => ctx.system.firewall()),
});
