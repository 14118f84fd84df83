import type { Step } from "../steps.ts";

/** The order in which things are made, so that each finds what it depends on. */
export const creationOrder = [
  "guard table",
  "namespace",
  "loopback",
  "setting",
  "bridge",
  "ifb",
  "veth",
  "guard",
  "link setting",
  "address",
  "shaper",
  "ingress",
  "redirect",
  "link",
  "route",
  "neighbour",
  "resolver",
] as const;

/** Steps by the phase in which they run. */
export type Phases = Partial<Record<(typeof creationOrder)[number], Step[]>>;
