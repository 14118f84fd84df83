import { existsSync } from "node:fs";
import { chromium, defineConfig, devices } from "@playwright/test";

/** A browser that is there: the one that was asked for, Playwright's own, the distribution's. */
function browser(): string | undefined {
  const places = [
    process.env.CHROMIUM_PATH,
    chromium.executablePath(),
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
  ];
  return places.find((path) => path && existsSync(path));
}

/** To be run in private namespaces (scripts/test.mjs makes them): the network of these tests is the one that they draw. */
export default defineConfig({
  testDir: "e2e",
  outputDir: ".patchbay/e2e",
  workers: 1,
  timeout: 60_000,
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  use: {
    ...devices["Desktop Chrome"],
    viewport: { width: 1440, height: 900 },
    trace: "retain-on-failure",
    reducedMotion: "reduce",
    launchOptions: {
      executablePath: browser(),
      args: [
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
      ],
    },
  },
});
