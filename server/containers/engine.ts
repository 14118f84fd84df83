import { lstatSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { z } from "zod";
import { CnmError } from "#cnm/errors.ts";
import { Pid } from "#cnm/origin.ts";
import { listing } from "#cnm/text.ts";

const engines = ["docker", "podman"] as const;
type Engine = (typeof engines)[number];

/** Paths of the engines' sockets. */
export type EngineSockets = Record<Engine, string>;

export interface Container {
  engine: Engine;
  name: string;
  id: string;
  /** As the engine knows it: the daemon's own pid namespace is to be the same. */
  pid: number;
}

/** Of what `GET /containers/{name}/json` of Docker's and Podman's API answers, that which matters here. */
const Inspected = z.object({
  Id: z.string().regex(/^[0-9a-f]{12,64}$/),
  Name: z.string().regex(/^\/?[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/),
  State: z.object({ Running: z.boolean(), Pid: z.int() }),
});

const longestMs = 3000;
const largestBytes = 1 << 20;

/**
 * The container of that name or id and its first process, from the first engine that knows it. Throws UNAVAILABLE if no engine
 * answers, NOT_FOUND if none knows it, CONFLICT if it does not run, and REMOTE_DRIVER for an answer that makes no sense.
 */
export async function findContainer(sockets: EngineSockets, name: string): Promise<Container> {
  const there = engines.filter((engine) => lstatSync(sockets[engine], { throwIfNoEntry: false }));
  if (there.length === 0)
    throw new CnmError(
      "UNAVAILABLE",
      `no container engine is here: there is neither ${sockets.docker} nor ${sockets.podman}`,
      { rule: "no-container-engine", lift: "start Docker or Podman's service, or give a pid" },
    );
  for (const engine of there) {
    const answer = await ask(engine, sockets[engine], name);
    if (answer !== null) return runningContainer(engine, answer);
  }
  throw new CnmError("NOT_FOUND", `there is no container ${name} in ${listing(there)}`, {
    rule: "container-not-found",
  });
}

function runningContainer(engine: Engine, answer: string): Container {
  const parsed = Inspected.safeParse(jsonOf(answer));
  if (!parsed.success) throw senseless(engine);
  const { Id: id, Name, State } = parsed.data;
  const name = Name.replace(/^\//, "");
  if (!State.Running)
    throw new CnmError("CONFLICT", `container ${name} of ${engine} does not run`, {
      rule: "container-not-running",
      lift: "start it first",
    });
  const pid = Pid.safeParse(State.Pid);
  if (!pid.success) throw senseless(engine);
  return { engine, name, id, pid: pid.data };
}

/** The body of the answer; null if there is no such container. */
async function ask(engine: Engine, socketPath: string, name: string): Promise<string | null> {
  const path = `/containers/${encodeURIComponent(name)}/json`;
  const signal = AbortSignal.timeout(longestMs);
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ socketPath, path, signal, headers: { host: engine } }, resolve)
        .on("error", reject)
        .end();
    });
    if (response.statusCode === 200) return await bodyOf(engine, response);
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

async function bodyOf(engine: Engine, response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    length += chunk.length;
    if (length > largestBytes) throw senseless(engine);
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
  new CnmError("REMOTE_DRIVER", `${engine} gave an answer about the container that makes no sense`, {
    rule: "container-engine-answer",
    lift: "give the container's pid instead",
  });
