import { lstatSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { z } from "zod";
import type { SeenContainer, SeenContainers } from "#cnm/adoptable.ts";
import { CnmError } from "#cnm/errors.ts";
import { Pid } from "#cnm/origin.ts";
import { listing } from "#cnm/text.ts";

const engines = ["docker", "podman"] as const;
type Engine = (typeof engines)[number];

/** Paths of the engines' sockets. */
export type EngineSockets = Record<Engine, string>;

const ContainerId = z.string().regex(/^[0-9a-f]{12,64}$/);

/** Of what `GET /containers/json`, which lists those that run, answers, that which matters here. */
const Listed = z.array(z.object({ Id: ContainerId }));

/** Of what `GET /containers/{name}/json` of Docker's and Podman's API answers, that which matters here. */
const Inspected = z.object({
  Id: ContainerId,
  Name: z.string().regex(/^\/?[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/),
  State: z.object({ Running: z.boolean(), Pid: z.int() }),
});

const longestMs = 3000;
const largestBytes = 1 << 20;
/** A container takes some 2 KB of a list. */
const largestListBytes = 16 << 20;
/** How many containers an engine is asked about at once. */
const atOnce = 8;

/**
 * The container of that name or id and its first process, from the first engine that knows it. Throws UNAVAILABLE if no engine
 * answers, NOT_FOUND if none knows it, CONFLICT if it does not run, and REMOTE_DRIVER for an answer that makes no sense.
 */
export async function findContainer(sockets: EngineSockets, name: string): Promise<SeenContainer> {
  const there = enginesThere(sockets);
  if (there.length === 0)
    throw new CnmError(
      "UNAVAILABLE",
      `no container engine is here: there is neither ${sockets.docker} nor ${sockets.podman}`,
      { rule: "no-container-engine", lift: "start Docker or Podman's service, or give a pid" },
    );
  for (const engine of there) {
    const answer = await ask({ engine, socketPath: sockets[engine], signal: AbortSignal.timeout(longestMs) }, name);
    if (answer !== null) return runningContainer(engine, answer);
  }
  throw new CnmError("NOT_FOUND", `there is no container ${name} in ${listing(there)}`, {
    rule: "container-not-found",
  });
}

function runningContainer(engine: Engine, answer: string): SeenContainer {
  const container = containerOf(engine, answer);
  if (container) return container;
  const { Name } = inspected(engine, answer);
  throw new CnmError("CONFLICT", `container ${withoutSlash(Name)} of ${engine} does not run`, {
    rule: "container-not-running",
    lift: "start it first",
  });
}

/** Null for one that does not run. */
function containerOf(engine: Engine, answer: string): SeenContainer | null {
  const { Id: id, Name, State } = inspected(engine, answer);
  if (!State.Running) return null;
  const pid = Pid.safeParse(State.Pid);
  if (!pid.success) throw senseless(engine);
  return { engine, name: withoutSlash(Name), id, pid: pid.data };
}

function inspected(engine: Engine, answer: string): z.infer<typeof Inspected> {
  const parsed = Inspected.safeParse(jsonOf(answer));
  if (!parsed.success) throw senseless(engine);
  return parsed.data;
}

const withoutSlash = (name: string): string => name.replace(/^\//, "");

/** The containers that run, with their first processes, of all engines that are there; one that does not tell is only named. */
export async function listContainers(sockets: EngineSockets): Promise<SeenContainers> {
  const told = await Promise.all(
    enginesThere(sockets).map(async (engine) => {
      const containers: SeenContainer[] = [];
      try {
        await listInto(containers, { engine, socketPath: sockets[engine], signal: AbortSignal.timeout(longestMs) });
        return { containers, silent: [] };
      } catch (error) {
        if (error instanceof CnmError) return { containers, silent: [error.message] };
        throw error;
      }
    }),
  );
  return { containers: told.flatMap((each) => each.containers), silent: told.flatMap((each) => each.silent) };
}

const enginesThere = (sockets: EngineSockets): Engine[] =>
  engines.filter((engine) => lstatSync(sockets[engine], { throwIfNoEntry: false }));

/** Adds what it is told to the list, also when it is not told all. A container that ends meanwhile is none. */
async function listInto(found: SeenContainer[], call: Call): Promise<void> {
  const listed = Listed.safeParse(jsonOf((await get(call, "/containers/json", largestListBytes)) ?? ""));
  if (!listed.success) throw senseless(call.engine);
  const ids = listed.data.map(({ Id }) => Id);
  for (let at = 0; at < ids.length; at += atOnce)
    await Promise.all(
      ids.slice(at, at + atOnce).map(async (id) => {
        const answer = await ask(call, id);
        const container = answer === null ? null : containerOf(call.engine, answer);
        if (container) found.push(container);
      }),
    );
}

interface Call {
  engine: Engine;
  socketPath: string;
  signal: AbortSignal;
}

/** The body of the answer; null if there is no such container. */
const ask = (call: Call, name: string): Promise<string | null> =>
  get(call, `/containers/${encodeURIComponent(name)}/json`, largestBytes);

/** Null for what is not there. */
async function get({ engine, socketPath, signal }: Call, path: string, mostBytes: number): Promise<string | null> {
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ socketPath, path, signal, headers: { host: engine } }, resolve)
        .on("error", reject)
        .end();
    });
    if (response.statusCode === 200) return await bodyOf(engine, response, mostBytes);
    response.destroy();
    if (response.statusCode === 404) return null;
    throw senseless(engine);
  } catch (error) {
    if (error instanceof CnmError) throw error;
    const why = signal.aborted ? `not within ${longestMs / 1000} s` : error instanceof Error ? error.message : "";
    throw new CnmError("UNAVAILABLE", `${engine} does not answer on ${socketPath}: ${why}`, {
      rule: "container-engine-silent",
      lift: "look whether the engine runs, or give a pid",
    });
  }
}

async function bodyOf(engine: Engine, response: IncomingMessage, mostBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    length += chunk.length;
    if (length > mostBytes) throw senseless(engine);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const senseless = (engine: Engine): CnmError =>
  new CnmError("REMOTE_DRIVER", `${engine} gave an answer about containers that makes no sense`, {
    rule: "container-engine-answer",
    lift: "give the container's pid instead",
  });
