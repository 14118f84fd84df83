import { z } from "zod";
import { Bandwidth } from "./bandwidth.ts";

/** A route of the sandbox through an endpoint's interface; without `via` its destination is on the link itself. */
export const StaticRoute = z.strictObject({
  /** Canonical, "10.9.0.0/16". */
  destination: z.string(),
  via: z.string().nullable(),
});
export type StaticRoute = z.infer<typeof StaticRoute>;

/** What an endpoint is told besides its addresses and ports: the CNM's options of an endpoint and of its join. */
export const EndpointOptions = z.strictObject({
  /** What its interface is to be called wherever it is joined; "": the driver's prefix and the lowest free number. */
  interfaceName: z.string().default(""),
  /** Docker's GwPriority: of a sandbox's endpoints that can, the one with the highest has the default routes. */
  gatewayPriority: z.int().default(0),
  routes: z.array(StaticRoute).default([]),
  /** Settings of the interface by their names below "net.", IFNAME standing for it: "ipv4.conf.IFNAME.forwarding" → "1". */
  sysctls: z.record(z.string(), z.string()).default({}),
  bandwidth: Bandwidth.prefault({}),
});
export type EndpointOptions = z.infer<typeof EndpointOptions>;

export const defaultEndpointOptions: EndpointOptions = EndpointOptions.parse({});

/** The settings of an interface as a command takes them: "net.ipv4.conf.IFNAME.forwarding=1". */
export function sysctlTexts({ sysctls }: EndpointOptions): string[] {
  return Object.entries(sysctls).map(([name, value]) => `net.${name}=${value}`);
}
