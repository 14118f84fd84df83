import { spawn } from "node:child_process";
import { constants } from "node:os";

/** Typed at the terminal they reach the program itself; we only wait. */
const fromTheTerminal = ["SIGINT", "SIGQUIT"] as const;
/** Sent to us, they are meant for the program. */
const passedOn = ["SIGTERM", "SIGHUP"] as const;

/** Runs a program with our terminal, never through a shell. Resolves to its exit code, 128 + n if signal n ended it. */
export function execute([program = "", ...args]: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit" });
    for (const signal of fromTheTerminal) process.on(signal, () => {});
    for (const signal of passedOn) process.on(signal, () => child.kill(signal));
    child.on("error", (error: NodeJS.ErrnoException) =>
      reject(new Error(`${program} cannot be run (${error.code}): install the package util-linux`)),
    );
    child.on("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
