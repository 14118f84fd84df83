import { z } from "zod";

/** A name that /etc/hosts has besides those of the networks; `hostGateway` as address is the host itself. */
export const ExtraHost = z.strictObject({ name: z.string(), address: z.string() });
export type ExtraHost = z.infer<typeof ExtraHost>;

/** As an address: where the sandbox reaches the host. */
export const hostGateway = "host-gateway";

/** Of resolv.conf(5); what is empty is as in the host's file. */
export const DnsOptions = z.strictObject({
  servers: z.array(z.string()).default([]),
  /** "." alone: none. */
  search: z.array(z.string()).default([]),
  options: z.array(z.string()).default([]),
});
export type DnsOptions = z.infer<typeof DnsOptions>;

/** What a sandbox is told about its names and its files; texts are as `parseSandboxFields` leaves them. */
export const SandboxOptions = z.strictObject({
  /** "" is the short id; see `hostnameOf`. */
  hostname: z.string().default(""),
  domainname: z.string().default(""),
  extraHosts: z.array(ExtraHost).default([]),
  dns: DnsOptions.default({ servers: [], search: [], options: [] }),
});
export type SandboxOptions = z.infer<typeof SandboxOptions>;

export const defaultSandboxOptions: SandboxOptions = SandboxOptions.parse({});
