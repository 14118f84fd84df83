import { bad, good, type Parsed } from "./parsed.ts";
import { quote } from "./text.ts";

const label = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?$/;
/** RFC 1035 2.3.4. */
const longestLabel = 63;
/** As text, without the root's dot (RFC 1035 2.3.4 counts the bytes on the wire: 255). */
const longestName = 253;

/**
 * A name as a word of hosts(5) and resolv.conf(5): labels of letters, digits, '-' and '_', with dots between them. Whatever
 * could end the word or the line, or make it another one, is no part of a name.
 */
export function parseDomainName(text: string): Parsed<string> {
  if (text.length > longestName)
    return bad(`${quote(text)} has ${text.length} characters; a name has at most ${longestName}`);
  for (const part of text.split(".")) {
    const problem = labelProblem(part);
    if (problem) return bad(`${quote(text)} ${problem}`);
  }
  return good(text);
}

function labelProblem(part: string): string | null {
  if (part === "") return "has an empty part; a name is written such as db or db.example.com";
  if (part.length > longestLabel)
    return `has a part of ${part.length} characters; between two dots there are at most ${longestLabel}`;
  if (/[^\p{ASCII}]/u.test(part)) return "has letters beyond ASCII; write it in Punycode, such as xn--bcher-kva";
  if (label.test(part)) return null;
  return /^-|-$/.test(part)
    ? "has a part that begins or ends with '-'; it begins and ends with a letter or a digit"
    : "must have only letters, digits, '-' and '_' between its dots";
}
