import { router, viewerProcedure } from "./trpc.ts";

/** The maps of the networks' own subnets follow from the topology (`cnm/address-map.ts`); only the host's part is asked for here. */
export const ipamRouter = router({
  list: viewerProcedure.query(({ ctx }) => ctx.system.ipam()),
});
