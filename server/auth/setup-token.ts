import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** A token that is given out once and kept as its hash only, in memory. */
export class SetupToken {
  #hash: Buffer | null = null;

  /** 32 random bytes, base64url; takes the place of one that was issued before. */
  issue(): string {
    const token = randomBytes(32).toString("base64url");
    this.#hash = hashOf(token);
    return token;
  }

  /** In constant time. */
  matches(token: string): boolean {
    return this.#hash !== null && timingSafeEqual(this.#hash, hashOf(token));
  }

  revoke(): void {
    this.#hash = null;
  }
}

const hashOf = (token: string): Buffer => createHash("sha256").update(token).digest();
