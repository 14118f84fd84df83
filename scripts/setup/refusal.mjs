// @ts-check

/** Why a command ends: one sentence for the person, after the output of the program that failed, if any. */
export class Refusal extends Error {
  /** @param {string} sentence @param {{ output?: string, exitCode?: number }} [more] */
  constructor(sentence, { output = "", exitCode = 1 } = {}) {
    super(sentence);
    this.name = "Refusal";
    this.output = output;
    this.exitCode = exitCode;
  }
}

/** Prints a refusal as a person should see it and returns the exit code. What is no refusal is a bug and is thrown on. @param {unknown} error */
export function report(error) {
  if (!(error instanceof Refusal)) throw error;
  if (error.output.trim()) process.stderr.write(`${error.output.trimEnd()}\n`);
  process.stderr.write(`patchbay: ${error.message}\n`);
  return error.exitCode;
}
