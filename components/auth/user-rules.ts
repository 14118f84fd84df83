import { Name } from "#cnm/ids.ts";

/** The daemon's rules for accounts, told beside the field before anything is sent. Null when right. */
export function checkUsername(username: string): string | null {
  if (username.length < 3) return "Must be at least 3 characters";
  if (username.length > 32) return "Must be at most 32 characters";
  return Name.safeParse(username).success
    ? null
    : "Letters, digits, '_', '.' and '-' only, the first a letter or a digit";
}

export function checkPassword(password: string): string | null {
  if (password.length < 8) return "Must be at least 8 characters";
  return password.length > 128 ? "Must be at most 128 characters" : null;
}
