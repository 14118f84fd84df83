import { prismaAdapter } from "better-auth/adapters/prisma";
import { betterAuth } from "better-auth/minimal";
import { admin } from "better-auth/plugins/admin";
import { username } from "better-auth/plugins/username";
import { defaultRole, isUsername, passwordLength, usernameLength } from "./rules.ts";

export interface AuthSettings {
  /** Signs the session cookies. */
  secret: string;
  /** Where people open the console; cookies are Secure when it is https. */
  baseUrl: string;
  trustedOrigins: string[];
}

const minute = 60;
const hour = 60 * minute;

/**
 * better-auth as Patchbay wants it: user names instead of mail addresses, nobody signs up, a session is looked up in the
 * database at every request (no cookie cache), so that a logout or a new role counts at once.
 */
export function createBetterAuth(client: object, { secret, baseUrl, trustedOrigins }: AuthSettings) {
  return betterAuth({
    appName: "Patchbay",
    secret,
    baseURL: baseUrl,
    basePath: "/api/auth",
    trustedOrigins,
    telemetry: { enabled: false },
    logger: { level: "error" },
    database: prismaAdapter(client, { provider: "sqlite" }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: passwordLength.min,
      maxPasswordLength: passwordLength.max,
    },
    // Never prolonged: a stolen cookie is worth nothing the next morning.
    session: { expiresIn: 12 * hour, disableSessionRefresh: true, cookieCache: { enabled: false } },
    // By the client's address, which the web process puts into x-forwarded-for.
    rateLimit: {
      enabled: true,
      storage: "memory",
      window: 10,
      max: 1000,
      customRules: { "/sign-in/username": { window: minute, max: 10 } },
    },
    advanced: {
      // Said explicitly because better-auth turns it off when it finds itself in a test.
      disableOriginCheck: false,
      cookiePrefix: "patchbay",
      useSecureCookies: baseUrl.startsWith("https:"),
      defaultCookieAttributes: { httpOnly: true, sameSite: "strict" },
      ipAddress: { ipAddressHeaders: ["x-forwarded-for"] },
    },
    plugins: [
      username({
        minUsernameLength: usernameLength.min,
        maxUsernameLength: usernameLength.max,
        usernameValidator: isUsername,
        displayUsername: false,
      }),
      admin({ defaultRole, adminRoles: ["admin"] }),
    ],
  });
}

export type BetterAuth = ReturnType<typeof createBetterAuth>;
