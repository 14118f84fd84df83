import { authRouter, userRouter } from "./auth.ts";
import { endpointRouter } from "./endpoint.ts";
import { firewallRouter } from "./firewall.ts";
import { historyRouter } from "./history.ts";
import { ipamRouter } from "./ipam.ts";
import { networkRouter } from "./network.ts";
import { sandboxRouter } from "./sandbox.ts";
import { topologyRouter } from "./topology.ts";
import { router, viewerProcedure } from "./trpc.ts";

/** The daemon's whole interface: the browser and the command line call the same procedures. */
export const appRouter = router({
  auth: authRouter,
  user: userRouter,
  network: networkRouter,
  sandbox: sandboxRouter,
  endpoint: endpointRouter,
  ipam: ipamRouter,
  firewall: firewallRouter,
  topology: topologyRouter,
  history: historyRouter,
  system: router({ status: viewerProcedure.query(({ ctx }) => ctx.system.status()) }),
});

export type AppRouter = typeof appRouter;
