import { defineConfig } from "vitest/config";

const kernel = ["**/*.kernel.test.ts"];
const ignored = ["node_modules/**", ".next/**", "e2e/**", ".patchbay/**"];

/** unit: anywhere. kernel: only in the private namespaces that scripts/test.mjs makes. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["**/*.test.ts"], exclude: [...ignored, ...kernel] } },
      {
        test: {
          name: "kernel",
          include: kernel,
          exclude: ignored,
          testTimeout: 180_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
