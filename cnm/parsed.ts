/** What parsing a text gives: the value, or the sentence that says what would be right. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; message: string };

export function good<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function bad(message: string): { ok: false; message: string } {
  return { ok: false, message };
}
