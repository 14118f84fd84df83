import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { invalid } from "#cnm/errors.ts";
import { visible } from "./output.ts";

/** A password from the terminal, asked for twice and not shown, or the first line of stdin where that is no terminal. */
export async function askNewPassword(username: string): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).split(/\r?\n/, 1)[0] ?? "";
  const password = await askHidden(`Password for ${visible(username)}: `);
  if (password === (await askHidden("Once more: "))) return password;
  throw invalid([{ path: "", message: "the two passwords are not the same; nothing was changed" }]);
}

async function askHidden(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  terminal.on("SIGINT", () => process.exit(130));
  try {
    return await terminal.question("");
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}
