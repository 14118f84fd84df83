import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deletion } from "#cnm/cascade.ts";
import type { CommandDraft } from "#cnm/commands.ts";
import { type DefaultNetworkOptions, parseDefaultNetwork } from "#cnm/default-network.ts";
import { parseCommand } from "#cnm/parse-command.ts";
import { type Caller, NetworkController } from "#server/controller/controller.ts";
import { everything } from "#server/controller/recovery.ts";
import type { HostSettings } from "#server/drivers/driver.ts";
import type { KernelOptions } from "#server/kernel/calls.ts";
import { type Dns, openDns } from "#server/dns/dns.ts";
import { type Kernel, openKernel } from "#server/kernel/kernel.ts";
import { openStore } from "#server/store/open.ts";
import type { Store } from "#server/store/store.ts";
import { filesOf } from "./files.ts";

export const caller: Caller = { actor: { kind: "uid", id: "0", name: "root", role: "admin" }, source: "test" };

export interface Place {
  /** Path of the namespace that plays the host. */
  rootNetns: string;
  netnsDir: string;
  /** Where the database is. */
  stateDir: string;
  /** The host's resolv.conf; an empty one if it is not given. */
  resolvConf?: string;
}

/** As a daemon without options; a test host has no routers that advertise themselves. */
const everythingOn: HostSettings = { firewall: true, forwarding: true, raDevices: [] };

interface OpenOptions {
  host?: Partial<HostSettings>;
  fault?: KernelOptions["fault"];
  kernel?: Kernel;
  /** The daemon's options of the default network; without any there is none, which leaves more to see of the rest. */
  defaultNetwork?: DefaultNetworkOptions;
  wrap?: (store: Store) => Store;
}

type Served = Omit<Dns, "sockets">;

/** Where the kernel keeps the resolvers' sockets to itself, there is nobody to be told names. */
const nobody: Served = {
  update: async () => {},
  follow: async () => {},
  state: async () => null,
  close: async () => {},
};

/** The daemon without its sockets, put together and started as main.ts does. */
export class Patchbay {
  #controller: NetworkController;
  readonly kernel: Kernel;
  readonly dns: Served;
  readonly store: Store;
  readonly host: HostSettings;
  readonly #shared: boolean;

  constructor(parts: Pick<Patchbay, "controller" | "kernel" | "dns" | "store" | "host"> & { shared: boolean }) {
    this.#controller = parts.controller;
    this.kernel = parts.kernel;
    this.dns = parts.dns;
    this.store = parts.store;
    this.host = parts.host;
    this.#shared = parts.shared;
  }

  /** The one that runs. */
  get controller(): NetworkController {
    return this.#controller;
  }

  /**
   * `wrap` may put something between the controller and the store; a `kernel` that is given is shared, and left open; it has
   * resolvers that nobody serves.
   */
  static async open(
    place: Place,
    { fault, kernel: shared, defaultNetwork, wrap = (store) => store, ...options }: OpenOptions = {},
  ) {
    const host = { ...everythingOn, ...options.host };
    const store = await openStore(join(place.stateDir, "patchbay.db"));
    const { rootNetns, netnsDir, resolvConf = "/dev/null" } = place;
    const served = shared ? null : await openDns({ rootNetns });
    const files = filesOf(rootNetns);
    const kernel =
      shared ?? (await openKernel({ rootNetns, netnsDir, ...files, resolvConf, fault, resolvers: served?.sockets }));
    const dns = served ?? nobody;
    const controller = new NetworkController({
      kernel,
      store: wrap(store),
      names: dns,
      hostId: "0".repeat(64),
      host,
      defaultNetwork: defaultNetwork && parseDefaultNetwork(defaultNetwork),
    });
    await controller.start();
    return new Patchbay({ controller, kernel, dns, store, host, shared: shared !== undefined });
  }

  /** Stops, and starts anew on the same store and kernel. Two at once would both mend what somebody else has changed. */
  async restart() {
    await this.controller.stop();
    this.#controller = this.next();
    return this.controller.start();
  }

  /** The controller of the next start, not started yet. */
  next(): NetworkController {
    const { kernel, store, dns: names, host } = this;
    return new NetworkController({ kernel, store, names, hostId: "0".repeat(64), host });
  }

  async apply(...commands: CommandDraft[]) {
    return this.controller.apply(caller, commands.map(parseCommand));
  }

  /** What would have to be done to make the host equal to the intent; empty is right. */
  async missing(): Promise<string[]> {
    const want = everything(this.controller.topology, this.controller.host);
    return this.kernel.plan(want, await this.kernel.observe(want, true)).map((step) => this.kernel.render(step));
  }

  /** Deletes every sandbox and network that somebody has made. */
  async empty(): Promise<void> {
    for (const kind of ["sandbox", "network"] as const)
      for (const { id, ...object } of Object.values(
        this.controller.topology[kind === "sandbox" ? "sandboxes" : "networks"],
      ))
        if (!("predefined" in object && object.predefined))
          await this.controller.apply(caller, deletion(this.controller.topology, kind, id));
  }

  async close(): Promise<void> {
    await this.controller.stop();
    if (!this.#shared) await this.kernel.close();
    await this.dns.close();
    await this.store.close();
  }
}

/** An empty directory that goes when `use` is done with it. */
export async function inTemporaryDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "patchbay-test-"));
  try {
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
