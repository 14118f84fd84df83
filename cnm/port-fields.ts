import type { Problem } from "./errors.ts";
import { Name } from "./ids.ts";
import { bad, good, type Parsed } from "./parsed.ts";
import { type Exposure, type PublicationRequest, parseExposure, parsePublication } from "./ports.ts";
import { quote } from "./text.ts";

interface PortTexts {
  expose?: readonly string[];
  publish?: readonly string[];
  links?: readonly string[];
}

/** Null where nothing was given. */
export interface PortFields {
  exposed: Exposure[] | null;
  requests: PublicationRequest[] | null;
  links: LinkRequest[] | null;
}

export interface LinkRequest {
  /** An endpoint or a sandbox, as a person refers to it. */
  target: string;
  alias: string;
}

/** Whether a host port is left to choose, so that those in use have to be known. */
export function choosesPort({ publish, publishAll }: PortTexts & { publishAll: boolean }): boolean {
  const requests = parsePortFields({ publish }, []).requests ?? [];
  return publishAll || requests.some(({ hostPorts, count }) => hostPorts === null || hostPorts.count > count);
}

/** Reads the texts of a command about ports; every problem is added to the list. */
export function parsePortFields({ expose, publish, links }: PortTexts, problems: Problem[]): PortFields {
  return {
    exposed: each({ texts: expose, path: "expose", parse: parseExposure }, problems),
    requests: each({ texts: publish, path: "publish", parse: parsePublication }, problems),
    links: each({ texts: links, path: "links", parse: parseLink }, problems),
  };
}

interface Texts<T> {
  texts: readonly string[] | undefined;
  path: string;
  parse: (text: string) => Parsed<T>;
}

function each<T>({ texts, path, parse }: Texts<T>, problems: Problem[]): T[] | null {
  if (!texts) return null;
  return texts.flatMap((text, index) => {
    const parsed = parse(text);
    if (parsed.ok) return [parsed.value];
    problems.push({ path: `${path}.${index}`, message: parsed.message });
    return [];
  });
}

/** docker-run(1)'s --link: "db:database"; without an alias the name itself. */
function parseLink(text: string): Parsed<LinkRequest> {
  const [target = "", alias = target.split("/").at(-1) ?? "", ...rest] = text.split(":");
  if (rest.length > 0 || target === "") return bad(`${quote(text)} is not a link such as db:database`);
  const name = Name.safeParse(alias);
  return name.success ? good({ target, alias: name.data }) : bad(`the alias ${quote(alias)} must be a name`);
}
