import type { Verb } from "./commands.ts";
import { allowed, type Verdict } from "./errors.ts";
import { type Role, roles } from "./history.ts";

/** Verbs that reach what Patchbay has not made. All others are for operators. */
const forAdministrators: ReadonlySet<Verb> = new Set<Verb>(["sandbox.adopt"]);

/** Whether the role is at least the one that is needed. */
export const hasRole = (role: Role, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed);

/** Whether the role may change anything. */
export function mayEdit(role: Role): Verdict {
  if (hasRole(role, "operator")) return allowed;
  return {
    ok: false,
    code: "FORBIDDEN",
    rule: "role-viewer",
    message: "you have the role viewer, which reads and changes nothing",
    lift: "ask an administrator for the role operator",
  };
}

/**
 * Whether the role may adopt, and see what can be adopted: it tells which programs run on the host, and puts interfaces and
 * routes into namespaces that others have made.
 */
export function mayAdopt(role: Role): Verdict {
  if (hasRole(role, "admin")) return allowed;
  return {
    ok: false,
    code: "FORBIDDEN",
    rule: "role-adopts",
    message: `adopting reaches processes of the host that Patchbay has not made, which needs the role admin; you are ${role}`,
    lift: "ask an administrator to adopt it, or for the role",
  };
}

/** Whether the role may have the verbs done, or planned: a plan of an adoption looks at the host as the adoption does. */
export function mayAskFor(role: Role, verbs: readonly Verb[]): Verdict {
  return verbs.some((verb) => forAdministrators.has(verb)) ? mayAdopt(role) : allowed;
}
