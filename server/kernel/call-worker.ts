import type { Worker } from "node:worker_threads";

/** The calls that a worker serves: arguments and results are plain data. */
type Calls<C> = { [Name in keyof C]: (...args: never[]) => unknown };

export interface WorkerCall<C extends Calls<C>> {
  /** Rejects what the worker throws, and everything once it has ended. */
  call<Name extends keyof C & string>(name: Name, ...args: Parameters<C[Name]>): Promise<ReturnType<C[Name]>>;
  /** Waits for the call that ends the worker, and for its end. */
  end(closing: Promise<unknown>): Promise<void>;
}

type Reply = { id: number; result: unknown } | { id: number; error: unknown };
interface Pending {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** Calls by message, `{id, name, args}` against `{id, result}` or `{id, error}`, once the worker has said that it is ready. */
export async function callWorker<C extends Calls<C>>(worker: Worker, name: string): Promise<WorkerCall<C>> {
  await started(worker);
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  const call = caller<C>(worker, name);
  return {
    call,
    end: async (closing) => {
      // Refused where the worker has ended already.
      await closing.catch(() => {});
      await ended;
    },
  };
}

function started(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", () => {
      worker.off("error", reject);
      resolve();
    });
  });
}

/** When the worker ends, what it has not answered is rejected, and so is every later call. */
function caller<C extends Calls<C>>(worker: Worker, name: string): WorkerCall<C>["call"] {
  const pending = new Map<number, Pending>();
  let ended: Error | null = null;
  let last = 0;
  const end = (error: Error) => {
    ended ??= error;
    for (const { reject } of pending.values()) reject(ended);
    pending.clear();
  };
  worker.on("message", (reply: Reply) => {
    const call = pending.get(reply.id);
    pending.delete(reply.id);
    if ("error" in reply) call?.reject(reply.error);
    else call?.resolve(reply.result);
  });
  worker.on("error", (error) => end(error instanceof Error ? error : new Error(String(error))));
  worker.on("exit", () => end(new Error(`${name} has ended`)));
  return (name, ...args) =>
    new Promise((resolve, reject) => {
      if (ended) return reject(ended);
      const id = ++last;
      pending.set(id, { resolve: resolve as Pending["resolve"], reject });
      worker.postMessage({ id, name, args });
    });
}
