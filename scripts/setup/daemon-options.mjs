// @ts-check

/**
 * How Node runs the daemon, in MiB: it waits most of the time, and Node's own choice of room for young objects, made for
 * programs that never do, costs 50 MB or more. Tried with 3,000 endpoints on three networks.
 */
export const daemonNodeOptions = ["--max-semi-space-size=2", "--max-old-space-size=256"];
