import type { Driver } from "../driver.ts";

/** A sandbox on the host network is the host's own namespace: there is nothing to make. */
export const hostDriver: Driver<"host"> = { name: "host", network: () => [], endpoint: () => [] };
