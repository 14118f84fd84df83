import type { IncomingMessage, ServerResponse } from "node:http";
import type { Actor, Role } from "#cnm/history.ts";

export interface User {
  id: string;
  username: string;
  name: string;
  role: Role;
  createdAt: string;
  banned: boolean;
}

export interface NewUser {
  username: string;
  /** 8 to 128 characters. */
  password: string;
  name?: string;
  role: Role;
}

/** Told of every login, failed login and logout, for history. */
export type AuthListener = (event: {
  verb: "auth.login" | "auth.logout" | "auth.setup";
  username: string;
  actor: Actor | null;
  source: string;
  ok: boolean;
}) => void;

/** Users, sessions and roles; better-auth inside. */
export interface Auth {
  /** Serves /api/auth/* (sign-in/username, sign-out, get-session); nothing there can sign up or change a role. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** The signed-in person of a request's cookies, read from the database each time (a logout or a new role counts at once); null for nobody. */
  actor(headers: Headers): Promise<Actor | null>;
  /** True while there is no administrator. */
  needsSetup(): Promise<boolean>;
  /** A one-time token for the first administrator, in place of one given before (only its hash is kept); null once there is an administrator. */
  setupToken(): Promise<string | null>;
  /** Creates the first administrator; of two at once, one wins. Throws UNAUTHENTICATED for a wrong token, CONFLICT afterwards. */
  setup(input: { token: string; username: string; password: string; name?: string }): Promise<User>;
  listUsers(): Promise<User[]>;
  createUser(input: NewUser): Promise<User>;
  /** Ends the user's sessions too. The last administrator cannot be demoted or removed (CONFLICT). */
  setRole(username: string, role: Role): Promise<User>;
  setPassword(username: string, password: string): Promise<void>;
  removeUser(username: string): Promise<void>;
}
