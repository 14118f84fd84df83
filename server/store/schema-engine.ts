import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { SqlMigrationAwareDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";

type Engine = typeof import("@prisma/schema-engine-wasm/schema_engine_bg");
export type SchemaEngine = Engine["SchemaEngine"]["prototype"];

/** The part of Node's global that is used here; its types come with the DOM's, which the daemon has not. */
declare const WebAssembly: {
  instantiate(binary: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

/** What wasm-bindgen's glue and its binary owe each other; its types leave this out. */
interface Glue extends Engine {
  __wbg_set_wasm(exports: Record<string, unknown>): void;
}

/** The package's glue keeps one instance per process, so it is loaded once. */
let loaded: Promise<Glue> | null = null;

/**
 * Prisma's schema engine as WebAssembly, bound to a SQLite file through a driver adapter. `datamodels` are pairs of path
 * and text; none where the question brings its own (`prisma migrate diff`).
 */
export async function openSchemaEngine(
  factory: SqlMigrationAwareDriverAdapterFactory,
  datamodels: [string, string][],
  log: (line: string) => void,
): Promise<SchemaEngine> {
  loaded ??= load();
  const { SchemaEngine } = await loaded;
  return SchemaEngine.new(
    { datamodels: datamodels.length > 0 ? datamodels : undefined },
    log,
    bindMigrationAwareSqlAdapterFactory(factory),
  );
}

/** The package's own entry imports the .wasm as a module, which is not for every loader (vitest's): hence by hand. */
async function load(): Promise<Glue> {
  const glueUrl = import.meta.resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const glue: Glue = await import(glueUrl);
  const binary = await readFile(fileURLToPath(glueUrl.replace(/[.]js$/, ".wasm")));
  const { instance } = await WebAssembly.instantiate(binary, { "./schema_engine_bg.js": { ...glue } });
  glue.__wbg_set_wasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  if (typeof start !== "function") throw new Error("@prisma/schema-engine-wasm has no __wbindgen_start");
  start();
  return glue;
}
