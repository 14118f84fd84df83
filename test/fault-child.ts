/**
 * A daemon that dies: opens what is in `place`, starts and applies `commands`, and is killed before the kernel step or around
 * the store call that `fault` names. Exits 0 if it lived through it. It reads what it is to do from its standard input, and ends if
 * that is nothing.
 */
import { text } from "node:stream/consumers";
import type { CommandDraft } from "#cnm/commands.ts";
import type { Store } from "#server/store/store.ts";
import { Patchbay, type Place } from "./patchbay.ts";

export interface FaultRun {
  place: Place;
  commands: CommandDraft[];
  fault: { beforeStep: number } | { call: "begin" | "finish"; when: "before" | "after" };
}

const asked = await text(process.stdin);
if (asked !== "") await live(JSON.parse(asked));

async function live({ place, commands, fault }: FaultRun): Promise<void> {
  const patchbay = await Patchbay.open(place, {
    fault: "beforeStep" in fault ? { beforeStep: fault.beforeStep, kind: "kill" } : undefined,
    wrap: (store) => ("call" in fault ? dying(store, fault) : store),
  });
  if (commands.length > 0) await patchbay.apply(...commands);
  await patchbay.close();
}

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
