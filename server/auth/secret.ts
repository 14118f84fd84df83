import { randomBytes } from "node:crypto";
import { chmodSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CnmError } from "#cnm/errors.ts";

const secretBytes = 32;

/** The key that signs session cookies: read from "auth.secret" in the folder, made there (0600) at the first start. */
export function loadSecret(folder: string): string {
  const path = join(folder, "auth.secret");
  const secret = readSecret(path) ?? makeSecret(path);
  if (Buffer.from(secret, "base64url").length === secretBytes) return secret;
  const lift = "remove it: a new one is made, and everybody has to sign in again";
  throw new CnmError("INTERNAL", `${path} is damaged; ${lift}`, { rule: "secret-is-sound", lift });
}

function readSecret(path: string): string | null {
  try {
    chmodSync(path, 0o600);
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** Written beside and renamed, so that a crash leaves no half of it. */
function makeSecret(path: string): string {
  const secret = randomBytes(secretBytes).toString("base64url");
  writeFileSync(`${path}.new`, `${secret}\n`, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
  return secret;
}
