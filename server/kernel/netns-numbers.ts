import { addNetnsId, decodeNetnsId, getNetnsId, translateNetnsId } from "./netlink/netns-id.ts";
import type { Namespace } from "./objects.ts";
import type { Session } from "./session.ts";

/** The number that namespace `from` has for namespace `of`; -1 without one. */
export function numberOf(session: Session, from: Namespace, of: Namespace): number {
  const [payload] = session.socket(from).request(getNetnsId(session.descriptor(of)));
  return payload ? decodeNetnsId(payload) : -1;
}

/** As `numberOf`, where a number is given to what has none. */
export function givenNumber(session: Session, from: Namespace, of: Namespace): number {
  const known = numberOf(session, from, of);
  if (known >= 0) return known;
  session.socket(from).request(addNetnsId(session.descriptor(of)));
  return numberOf(session, from, of);
}

/** By the numbers that a namespace has for others: those that the host's has for the same; -1 without one. */
export function hostNumbers(session: Session, ns: Namespace, numbers: readonly number[]): Map<number, number> {
  if (numbers.length === 0) return new Map();
  const host = givenNumber(session, ns, "");
  return new Map(
    numbers.map((number) => {
      const [payload] = session.socket(ns).request(translateNetnsId(number, host));
      return [number, payload ? decodeNetnsId(payload) : -1];
    }),
  );
}
