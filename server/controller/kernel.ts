import type { SeenContainer, Sighting } from "#cnm/adoptable.ts";
import type { Refusal } from "#cnm/errors.ts";
import type { HostFacts, NamespaceFacts } from "#cnm/facts.ts";
import type { FirewallState, GuardCount } from "#cnm/firewall.ts";
import type { StepRecord } from "#cnm/history.ts";
import type { HostResolvConf } from "#cnm/resolv-conf.ts";
import type { FileObject, KernelObject, NetnsObject } from "#server/kernel/objects.ts";
import type { Step } from "#server/kernel/steps.ts";

export type AskedNamespace =
  | { kind: "pid"; pid: number }
  | { kind: "path"; path: string }
  | ({ kind: "container" } & SeenContainer);

/** The kernel as the controller sees it; `main.ts` fills it with `server/kernel`. Everything but `plan` and `render` is asynchronous. */
export interface KernelPort {
  /** The steps that turn `have` into `want`, in dependency order. Pure; `plan(x, x)` is empty. */
  plan(want: readonly KernelObject[], have: readonly KernelObject[]): Step[];
  /** The command line that does the same as the step. Pure. */
  render(step: Step): string;
  /** Runs the steps in order and stops at the first that fails; the records tell how far it came. Never throws for a failing step. */
  apply(steps: readonly Step[]): Promise<StepRecord[]>;
  /**
   * What the kernel has now of the objects Patchbay owns. With `like`, only in the namespaces those objects live in, and
   * with the sysctls named there; without, everything of ours on the host.
   */
  observe(like: readonly KernelObject[], everything: boolean): Promise<KernelObject[]>;
  /** As `observe` of everything, for chains, rules and guards alone. */
  observeFirewall(like: readonly KernelObject[]): Promise<KernelObject[]>;
  /** Whether somebody else has changed the firewall since this was last asked. */
  disturbed(): Promise<boolean>;
  /** The steps without those that would write into a file which a person has edited: they would be left alone anyway. */
  unedited(steps: readonly Step[]): Promise<Step[]>;
  /** How files are found, in the same order. */
  files(wanted: readonly FileObject[]): Promise<{ path: string; content: string | null; edited: boolean }[]>;
  /** Those that a person has edited, and when (RFC 3339, UTC). */
  editedFiles(): Promise<{ ns: string; name: string; changedAt: string }[]>;
  /** The host's own, or what systemd-resolved(8) has behind it. */
  resolvConf(): Promise<HostResolvConf>;
  facts(): Promise<HostFacts>;
  /** Driver name → why this kernel cannot serve it. */
  unsupported(): Promise<Record<string, string>>;
  /** What the host knows of a namespace that is to be adopted, or why it cannot be. Changes nothing. */
  resolveNamespace(asked: AskedNamespace): Promise<NamespaceFacts | Refusal>;
  /** The same of several, in the same order. */
  resolveNamespaces(asked: readonly AskedNamespace[]): Promise<(NamespaceFacts | Refusal)[]>;
  /** The network namespaces of the host by what is in them; enters none. */
  sightNamespaces(): Promise<Sighting>;
  /** Which of the adopted namespaces cannot be had any more, by their place in the list. */
  lostAmong(namespaces: readonly NetnsObject[]): Promise<number[]>;
  /** Which of the processes have ended, by their place in the list. */
  endedAmong(processes: readonly { pid: number; startTime: string }[]): Promise<number[]>;
  /** What the firewall has of ours and has counted. The kernel knows no ids: owners are their first twelve digits, guards their port. */
  firewallCounters(): Promise<FirewallCounters>;
}

export interface FirewallCounters extends Omit<FirewallState, "guard"> {
  guard: Omit<GuardCount, "endpointId">[];
}
