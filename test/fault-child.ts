/**
 * A daemon that dies: opens what is in `place`, starts and applies `commands`, and is killed before the kernel step or around
 * the store call that `fault` names. Exits 0 if it lived through it.
 */
import type { CommandDraft } from "#cnm/commands.ts";
import type { Store } from "#server/store/store.ts";
import { Patchbay, type Place } from "./patchbay.ts";

export interface FaultRun {
  place: Place;
  commands: CommandDraft[];
  fault: { beforeStep: number } | { call: "begin" | "finish"; when: "before" | "after" };
}

const { place, commands, fault }: FaultRun = JSON.parse(process.argv[2] ?? "{}");

const patchbay = await Patchbay.open(place, {
  fault: "beforeStep" in fault ? { beforeStep: fault.beforeStep, kind: "kill" } : undefined,
  wrap: (store) => ("call" in fault ? dying(store, fault) : store),
});
if (commands.length > 0) await patchbay.apply(...commands);
await patchbay.close();

function dying(store: Store, { call, when }: { call: "begin" | "finish"; when: "before" | "after" }): Store {
  const die = () => process.kill(process.pid, "SIGKILL");
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (name !== call) return value.bind(target);
      return async (...args: unknown[]) => {
        if (when === "before") die();
        const result = await value.apply(target, args);
        die();
        return result;
      };
    },
  });
}
