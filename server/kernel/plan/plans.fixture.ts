import { plan } from "./plan.ts";
import { bridgeObjects, endpointObjects, sandboxObjects } from "../objects.fixture.ts";
import { type KernelObject, keyOf } from "../objects.ts";
import { render } from "../render.ts";

/** The plan as the command lines that would do the same. */
export const script = (want: KernelObject[], have: KernelObject[]): string => plan(want, have).map(render).join("\n");
export const network = bridgeObjects();
/** The network and one endpoint in its sandbox. */
export const joined = [...network, ...sandboxObjects(1), ...endpointObjects(1)];

export const sorted = (objects: readonly KernelObject[]) =>
  [...objects].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0));
