import { z } from "zod";
import { defaultEndpointOptions, EndpointOptions } from "./endpoint-options.ts";
import { Id, Labels, Name } from "./ids.ts";
import { Exposure, Link, Publication } from "./ports.ts";

/** Where an endpoint is joined, and the interface it has there ("eth0"; in the host's own namespace `hostEndOf`; "" for drivers without one). */
export const Attachment = z.strictObject({ sandboxId: Id, interfaceName: z.string() });
export type Attachment = z.infer<typeof Attachment>;

/** A membership of exactly one network; its addresses are reserved when it is created and kept until it is deleted. */
export const Endpoint = z.strictObject({
  id: Id,
  /** Unique within its network. */
  name: Name,
  networkId: Id,
  createdAt: z.string(),
  /** As it is on the interface, "172.17.0.2/16" or at the end of a link "10.1.1.1/32"; null where the network has no such pool. */
  ipv4: z.string().nullable(),
  ipv6: z.string().nullable(),
  /** Lower-case, colon-separated; null for drivers without an interface. */
  mac: z.string().nullable(),
  aliases: z.array(Name),
  labels: Labels,
  /** Ports the sandbox serves: what links open and what "publish all" publishes. */
  exposed: z.array(Exposure).default([]),
  ports: z.array(Publication).default([]),
  links: z.array(Link).default([]),
  options: EndpointOptions.default(defaultEndpointOptions),
  attachment: Attachment.nullable(),
});
export type Endpoint = z.infer<typeof Endpoint>;
