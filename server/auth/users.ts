import { CnmError } from "#cnm/errors.ts";
import type { Role } from "#cnm/history.ts";
import { SerialQueue } from "#server/store/serial-queue.ts";
import type { NewUser, User } from "./auth.ts";
import type { BetterAuth } from "./better-auth.ts";
import { defaultRole, lastAdministrator, parseNewUser, parsePassword, parseRole, unknownUser } from "./rules.ts";

type Context = Awaited<BetterAuth["$context"]>;
/** A row of better-auth's user table with the columns of its plugins. */
type UserRow = Awaited<ReturnType<Context["internalAdapter"]["listUsers"]>>[number] & {
  username?: string | null;
  role?: string | null;
  banned?: boolean | null;
};

/** Users through better-auth's own adapters; changes one at a time, so that "the last administrator" is never two people's guess. */
export class Users {
  readonly #context: Context;
  readonly #queue = new SerialQueue();

  constructor(context: Context) {
    this.#context = context;
  }

  async list(): Promise<User[]> {
    const sortBy = { field: "createdAt", direction: "asc" } as const;
    const rows = await this.#context.internalAdapter.listUsers(undefined, undefined, sortBy);
    return rows.map(toUser);
  }

  async hasAdministrator(): Promise<boolean> {
    return (await this.#administrators()) > 0;
  }

  /** INVALID_PARAMETER with all problems, CONFLICT for a name that is taken. */
  create(input: NewUser): Promise<User> {
    return this.#queue.run(() => this.#create(input));
  }

  /** Creates an administrator while there is none; otherwise CONFLICT. `allow` may still refuse, by throwing. */
  createFirst(input: Omit<NewUser, "role">, allow: () => void): Promise<User> {
    return this.#queue.run(async () => {
      if (await this.hasAdministrator()) {
        throw new CnmError("CONFLICT", "there is an administrator already: sign in", { rule: "set-up-once" });
      }
      allow();
      return this.#create({ ...input, role: "admin" });
    });
  }

  /** Ends the user's sessions. */
  setRole(username: string, role: Role): Promise<User> {
    return this.#queue.run(async () => {
      const user = await this.#find(username);
      if (role !== "admin") await this.#assertDispensable(user);
      await this.#context.internalAdapter.updateUser(user.id, { role });
      await this.#context.internalAdapter.deleteUserSessions(user.id);
      return { ...user, role };
    });
  }

  /** Ends the user's sessions. */
  setPassword(username: string, password: string): Promise<void> {
    return this.#queue.run(async () => {
      const { id } = await this.#find(username);
      const hash = await this.#context.password.hash(parsePassword(password));
      await this.#context.internalAdapter.updatePassword(id, hash);
      await this.#context.internalAdapter.deleteUserSessions(id);
    });
  }

  /** With sessions and password. */
  remove(username: string): Promise<void> {
    return this.#queue.run(async () => {
      const user = await this.#find(username);
      await this.#assertDispensable(user);
      await this.#context.internalAdapter.deleteUserSessions(user.id);
      await this.#context.internalAdapter.deleteUser(user.id);
    });
  }

  async #create(input: NewUser): Promise<User> {
    const { username, password, name = username, role } = parseNewUser(input);
    if (await this.#row(username)) {
      throw new CnmError("CONFLICT", `there is a user ${JSON.stringify(username)} already`, {
        rule: "user-name-is-free",
      });
    }
    const hash = await this.#context.password.hash(password);
    // better-auth wants a mail address; ".invalid" is never one (RFC 2606).
    const email = `${username.toLowerCase()}@patchbay.invalid`;
    const { internalAdapter } = this.#context;
    const row = await internalAdapter.createUser({ username, name, email, role }, { method: "admin" });
    await internalAdapter.linkAccount({
      userId: row.id,
      accountId: row.id,
      providerId: "credential",
      password: hash,
    });
    return toUser(row);
  }

  async #find(username: string): Promise<User> {
    const row = await this.#row(username);
    if (!row) throw unknownUser(username);
    return toUser(row);
  }

  #row(username: string): Promise<UserRow | null> {
    const where = [{ field: "username", value: username.toLowerCase() }];
    return this.#context.adapter.findOne<UserRow>({ model: "user", where });
  }

  #administrators(): Promise<number> {
    return this.#context.adapter.count({ model: "user", where: [{ field: "role", value: "admin" }] });
  }

  async #assertDispensable(user: User): Promise<void> {
    if (user.role === "admin" && (await this.#administrators()) === 1) throw lastAdministrator();
  }
}

export function toUser(row: UserRow): User {
  return {
    id: row.id,
    username: row.username ?? row.name,
    name: row.name,
    role: parseRole(row.role ?? defaultRole),
    createdAt: row.createdAt.toISOString(),
    banned: row.banned ?? false,
  };
}
