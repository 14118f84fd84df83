import type { Driver } from "../driver.ts";

/** A sandbox on a null network has its loopback and nothing else. */
export const nullDriver: Driver<"null"> = { name: "null", network: () => [], endpoint: () => [] };
