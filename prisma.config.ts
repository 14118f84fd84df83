import { fileURLToPath } from "node:url";
import { defineConfig } from "prisma/config";

// Prisma's command line wants to download a native schema engine; the WASM build of the same engine answers instead.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= fileURLToPath(new URL("./scripts/schema-engine.mjs", import.meta.url));
process.env.CHECKPOINT_DISABLE ??= "1";

/** For `prisma generate` and for developers (`prisma migrate dev`); the daemon migrates by itself, see server/store/migrate.ts. */
export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  datasource: { url: process.env.DATABASE_URL ?? "file:./.patchbay/dev.db" },
});
