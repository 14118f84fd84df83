import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Browser, test as base, expect, type Page } from "@playwright/test";
import { Daemon } from "../test/daemon.ts";
import { notPrivate } from "../test/private.ts";

const webServer = fileURLToPath(new URL("../.next/standalone/server.js", import.meta.url));
const url = "http://127.0.0.1:4700";
export const password = "correct horse battery";

interface IpLink {
  ifname: string;
}

/** A daemon and a web process on the private namespace's own network, from first run to clean up. */
export interface Patchbay {
  /** The one that runs, or ran last. */
  readonly daemon: Daemon;
  url: string;
  /** Starts a daemon on the same state and sockets, after the one before was stopped. */
  startAgain(): Promise<void>;
  /** Names of the links of the host. */
  links(): string[];
  /** Whether the sandbox reaches the address with a real echo request. */
  pings(sandbox: string, address: string): Promise<boolean>;
  /** Answers every HTTP request on the TCP port inside the sandbox with the text; resolves when the port is open. */
  serves(sandbox: string, port: number, text: string): Promise<void>;
}

export const test = base.extend<{ patchbay: Patchbay; admin: Page }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern
  patchbay: async ({}, use) => {
    const reason = notPrivate();
    if (reason) throw new Error(`browser tests run in private namespaces: ${reason}`);
    const stateDir = mkdtempSync(join(tmpdir(), "patchbay-e2e-"));
    const place = { rootNetns: "/proc/self/ns/net", netnsDir: "/run/netns", stateDir };
    let daemon = await Daemon.start(place);
    const web = await startWeb(join(daemon.runDir, "web.sock"));
    const before = links();
    const servers: ChildProcess[] = [];
    try {
      await use({
        get daemon() {
          return daemon;
        },
        url,
        links,
        pings: async (sandbox, address) => pings(await namespaceOf(daemon, sandbox), address),
        serves: async (sandbox, port, text) => {
          const server = spawnServer(await namespaceOf(daemon, sandbox), port, text);
          servers.push(server);
          await once(server.stdout, "data");
        },
        startAgain: async () => {
          daemon = await Daemon.start(place);
        },
      });
      await removeAll(daemon);
      expect(links(), "left behind").toEqual(before);
    } finally {
      for (const server of servers) server.kill();
      web.kill();
      await daemon.stop();
      rmSync(stateDir, { recursive: true });
    }
  },
  /** A page with the administrator signed in, on an empty topology. */
  admin: async ({ patchbay, page }, use) => {
    await setUp(patchbay, page);
    await use(page);
  },
});

/** Follows the one-time link and creates the administrator, as on a first run. */
export async function setUp({ daemon, url }: Patchbay, page: Page): Promise<void> {
  await page.goto(`${url}/setup#${daemon.setupToken}`);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByLabel("Password again", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Create administrator" }).click();
  await expect(page).toHaveURL(/\/topology$/);
}

/** A page of a browser of its own, with somebody signed in. */
export async function signIn({ url }: Patchbay, browser: Browser, user: string): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${url}/login`);
  await page.getByLabel("User name").fill(user);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.keyboard.press("Enter");
  await expect(page.locator(".react-flow")).toBeVisible();
  return page;
}

export { expect };

/** Resolves when the web process answers; rejects when it ends before. */
async function startWeb(socket: string): Promise<ChildProcess> {
  const env = { ...process.env, PORT: "4700", HOSTNAME: "127.0.0.1", PATCHBAY_WEB_SOCKET: socket };
  const web = spawn(process.execPath, [webServer], { env, stdio: ["ignore", "ignore", "inherit"] });
  const answers = () =>
    fetch(`${url}/login`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await answers())) {
    if (web.exitCode !== null) throw new Error("the web process ended");
    await setTimeout(50);
  }
  return web;
}

function links(): string[] {
  const found: IpLink[] = JSON.parse(execFileSync("ip", ["-j", "link"], { encoding: "utf8" }));
  return found.map(({ ifname }) => ifname).sort();
}

async function namespaceOf(daemon: Daemon, sandbox: string): Promise<string> {
  return (await daemon.admin<{ namespace: string }>("query", "sandbox.inspect", { ref: sandbox })).namespace;
}

function pings(namespace: string, address: string): boolean {
  try {
    execFileSync("ip", ["netns", "exec", namespace, "ping", "-c1", "-W2", "-q", address], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const httpServer = `
const [port, text] = process.argv.slice(1);
require("node:http").createServer((_request, response) => response.end(text)).listen(port, () => console.log("ready"));`;

/** Writes a line when its port is open. */
function spawnServer(namespace: string, port: number, text: string) {
  const argv = ["netns", "exec", namespace, process.execPath, "-e", httpServer, `${port}`, text];
  return spawn("ip", argv, { stdio: ["ignore", "pipe", "inherit"] });
}

async function removeAll(daemon: Daemon): Promise<void> {
  const endpoints = await daemon.admin<{ id: string; attachment: object | null }[]>("query", "endpoint.list");
  const leave = endpoints
    .filter(({ attachment }) => attachment)
    .map(({ id }) => ({ type: "endpoint.leave", endpoint: id }));
  const gone = endpoints.map(({ id }) => ({ type: "endpoint.delete", endpoint: id }));
  if (endpoints.length > 0) await daemon.admin("mutation", "topology.change", { commands: [...leave, ...gone] });
  const sandboxes = await daemon.admin<{ id: string; sharedWith: string | null }[]>("query", "sandbox.list");
  for (const { id } of sandboxes.toSorted((a, b) => Number(a.sharedWith === null) - Number(b.sharedWith === null)))
    await daemon.admin("mutation", "sandbox.delete", { sandbox: id });
  for (const { id, predefined } of await daemon.admin<{ id: string; predefined: boolean }[]>("query", "network.list"))
    if (!predefined) await daemon.admin("mutation", "network.delete", { network: id });
}
