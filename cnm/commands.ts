import { z } from "zod";
import { type Id, Labels, Name, Reference } from "./ids.ts";
import { Pid } from "./origin.ts";
import { SandboxMode } from "./sandbox.ts";

/**
 * CNM verbs with their arguments, as they arrive at the edge. Texts such as addresses are parsed by `reduce`, which knows
 * the network they belong to, so that every problem of an input is reported at once.
 */
const text = z.string().max(256, "must be at most 256 characters");

export const PoolConfig = z.strictObject({
  /** Empty subnet = choose one from the default pools of `family`. */
  subnet: text.optional(),
  family: z.literal([4, 6]).optional(),
  gateway: text.optional(),
  ipRange: text.optional(),
  auxAddresses: z.record(z.string().min(1).max(63), text).optional(),
});
export type PoolConfig = z.infer<typeof PoolConfig>;

export const NetworkCreate = z.strictObject({
  type: z.literal("network.create"),
  name: Name,
  driver: z.string().max(63).default("bridge"),
  /** Without any IPv4 entry one is chosen; without any IPv6 entry one is chosen if `enableIpv6`. */
  pools: z.array(PoolConfig).max(2).default([]),
  enableIpv4: z.boolean().default(true),
  enableIpv6: z.boolean().default(false),
  internal: z.boolean().default(false),
  /** Driver options as labels ("com.docker.network.driver.mtu": "1400", short form "mtu"); unknown ones are refused. */
  options: Labels.default({}),
  labels: Labels.default({}),
});

/** What is not given stays as it is. */
export const NetworkUpdate = z.strictObject({
  type: z.literal("network.update"),
  network: Reference,
  internal: z.boolean().optional(),
  /** As those of a creation. */
  options: Labels.default({}),
});

export const NetworkDelete = z.strictObject({ type: z.literal("network.delete"), network: Reference });

const SandboxFields = {
  hostname: text.optional(),
  domainname: text.optional(),
  /** Lines of hosts(5): "db:10.0.0.7"; "host-gateway" as the address is where the host is reached. */
  extraHosts: z.array(text).max(256).optional(),
  /** Of resolv.conf(5); an empty list is as in the host's file, "." alone is no search domain. */
  dns: z
    .strictObject({
      servers: z.array(text).max(32).optional(),
      /** As many as glibc 2.26 reads. */
      search: z.array(text).max(32).optional(),
      options: z.array(text).max(32).optional(),
    })
    .optional(),
};

export const SandboxCreate = z.strictObject({
  type: z.literal("sandbox.create"),
  name: Name,
  mode: SandboxMode.default("private"),
  /** With mode "shared": the sandbox whose namespace it is to be in. */
  sharedWith: Reference.optional(),
  labels: Labels.default({}),
  ...SandboxFields,
});

/** Each text and each list that is given takes the place of the sandbox's whole one; what is not given stays. */
export const SandboxUpdate = z.strictObject({
  type: z.literal("sandbox.update"),
  sandbox: Reference,
  ...SandboxFields,
});

/** Makes a sandbox of a namespace that is there already: of a process, at a path, or of a container. Exactly one is to be given. */
export const SandboxAdopt = z.strictObject({
  type: z.literal("sandbox.adopt"),
  name: Name,
  pid: Pid.optional(),
  /** Path of a namespace's file, absolute: "/run/netns/web". */
  netns: z.string().max(1024, "must be at most 1024 characters").optional(),
  /** Name or id, as Docker and Podman know it. */
  container: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/, "must be the name or id of a container")
    .optional(),
  labels: Labels.default({}),
});

export const SandboxDelete = z.strictObject({ type: z.literal("sandbox.delete"), sandbox: Reference });

const portTexts = z.array(text).max(1024);

const PortFields = {
  /** What the sandbox serves: "80/tcp", "8000-8010/udp". */
  expose: portTexts,
  /** As docker-run(1)'s -p: "127.0.0.1:8080:80/tcp". */
  publish: portTexts,
  /** Legacy links: an endpoint or sandbox of the same network and an alias, "db:database". */
  links: z.array(text).max(64),
};

const OptionFields = {
  /** Any number; the highest of a sandbox's endpoints has the default routes. */
  gatewayPriority: z.int("must be a whole number").min(-2147483648).max(2147483647).optional(),
  /** As ip-route(8): "10.9.0.0/16 via 10.8.0.9", or without via. */
  routes: z.array(text).max(64).optional(),
  /** "net.ipv4.conf.IFNAME.forwarding=1", IFNAME standing for the interface. */
  sysctls: z.array(text).max(64).optional(),
  /** What the sandbox may receive: "10mbit", "1gbit burst 64kb" as tc(8) writes them; "": no limit. */
  ingress: text.optional(),
  /** What it may send. */
  egress: text.optional(),
};

/** What its interface is to be called wherever it is joined; "" finds a name. */
const interfaceName = text.optional();

export const EndpointCreate = z.strictObject({
  type: z.literal("endpoint.create"),
  network: Reference,
  /** Default: "ep-" and the short id. */
  name: Name.optional(),
  ipv4: text.optional(),
  ipv6: text.optional(),
  mac: text.optional(),
  aliases: z.array(Name).max(32).default([]),
  labels: Labels.default({}),
  expose: PortFields.expose.default([]),
  publish: PortFields.publish.default([]),
  /** Also every exposed port, on any free one. */
  publishAll: z.boolean().default(false),
  links: PortFields.links.default([]),
  interfaceName,
  /** Docker's labels of these: com.docker.network.endpoint.ifname and .sysctls; unknown ones are refused. */
  driverOptions: Labels.optional(),
  ...OptionFields,
});

/** Each list that is given takes the place of the endpoint's whole one. */
export const EndpointUpdate = z.strictObject({
  type: z.literal("endpoint.update"),
  endpoint: Reference,
  aliases: z.array(Name).max(32).optional(),
  expose: PortFields.expose.optional(),
  publish: PortFields.publish.optional(),
  publishAll: z.boolean().default(false),
  links: PortFields.links.optional(),
  ...OptionFields,
});

export const EndpointDelete = z.strictObject({ type: z.literal("endpoint.delete"), endpoint: Reference });

export const EndpointJoin = z.strictObject({
  type: z.literal("endpoint.join"),
  endpoint: Reference,
  sandbox: Reference,
  /** Make a managed sandbox of that name if there is none. */
  createSandbox: z.boolean().default(false),
  /** Takes the place of the endpoint's own. */
  interfaceName,
});

export const EndpointLeave = z.strictObject({
  type: z.literal("endpoint.leave"),
  endpoint: Reference,
  /** Refused if given and the endpoint is joined elsewhere. */
  sandbox: Reference.optional(),
});

export const CommandInput = z.discriminatedUnion("type", [
  NetworkCreate,
  NetworkUpdate,
  NetworkDelete,
  SandboxCreate,
  SandboxUpdate,
  SandboxAdopt,
  SandboxDelete,
  EndpointCreate,
  EndpointUpdate,
  EndpointDelete,
  EndpointJoin,
  EndpointLeave,
]);
/** What a caller writes (defaults not filled in). */
export type CommandDraft = z.input<typeof CommandInput>;
export type CommandInput = z.infer<typeof CommandInput>;

/** A command with what a pure function cannot make up: the id of what it creates (also of a sandbox made by a join) and the time. */
export type Command = CommandInput & { newId: Id; at: string };

/** A command's verb as history shows it. */
export type Verb = CommandInput["type"];

/** The command of one verb, as `reduce` takes it. */
export type CommandOf<V extends Verb> = Extract<CommandInput, { type: V }> & { newId: Id; at: string };
