import { z } from "zod";
import { CnmError, invalid } from "#cnm/errors.ts";
import { type Role, roles } from "#cnm/history.ts";
import { Name } from "#cnm/ids.ts";

export const usernameLength = { min: 3, max: 32 };
export const passwordLength = { min: 8, max: 128 };
export const defaultRole: Role = "viewer";

const Username = Name.min(usernameLength.min, `must be at least ${usernameLength.min} characters`).max(
  usernameLength.max,
  `must be at most ${usernameLength.max} characters`,
);
const Password = z
  .string()
  .min(passwordLength.min, `must be at least ${passwordLength.min} characters`)
  .max(passwordLength.max, `must be at most ${passwordLength.max} characters`);
const NewUser = z.strictObject({
  username: Username,
  password: Password,
  name: z.string().trim().min(1).max(80).optional(),
  role: z.enum(roles),
});

export const isUsername = (text: string): boolean => Username.safeParse(text).success;

export function parseNewUser(input: z.input<typeof NewUser>): z.infer<typeof NewUser> {
  return parse(NewUser, input);
}

export function parsePassword(password: string): string {
  return parse(z.object({ password: Password }), { password }).password;
}

/** The role of a database row; anything unknown is the least. */
export function parseRole(text: unknown): Role {
  return roles.find((role) => role === text) ?? defaultRole;
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message })));
}

export const unknownUser = (username: string): CnmError =>
  new CnmError("NOT_FOUND", `there is no user ${JSON.stringify(username)}`);

export const lastAdministrator = (): CnmError =>
  new CnmError("CONFLICT", "this is the last administrator", {
    rule: "one-administrator-remains",
    lift: "make somebody else administrator first",
  });
