import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, type Patchbay, test } from "./patchbay.ts";

const pages = [
  "topology",
  "networks",
  "sandboxes",
  "endpoints",
  "ports",
  "ipam",
  "ipam?subnet=10.20.0.0/26",
  "firewall",
  "history",
  "history?seq=4",
  "users",
];

/** Where to keep pictures of every page, for the documents and for whoever wants to look; nowhere by default. */
const pictures = process.env.PATCHBAY_PICTURES;

for (const scheme of ["light", "dark"] as const) {
  test(`every page is accessible and quiet, ${scheme}`, async ({ patchbay, admin: page }) => {
    // Eleven pages are judged, each in some seconds on a busy machine.
    test.slow();
    const noise = listen(page);
    await furnish(patchbay, page, scheme);
    for (const path of pages) {
      await page.goto(`${patchbay.url}/${path}`);
      await expect(page.getByRole("status", { name: /Loading/ })).toHaveCount(0);
      await expect(page.locator("main")).toContainText(/\w/);
      if (path === "topology") await showInspector(page);
      await judge(page, `${path}-${scheme}`);
    }
    expect(noise).toEqual([]);
  });

  test(`what opens on the canvas is accessible and quiet, ${scheme}`, async ({ patchbay, admin: page }) => {
    const noise = listen(page);
    await furnish(patchbay, page, scheme);
    for (const [name, open] of Object.entries(views)) {
      await page.goto(`${patchbay.url}/topology`);
      await open(page);
      await judge(page, `${name}-${scheme}`);
    }
    expect(noise).toEqual([]);
  });
}

/** Two networks with three sandboxes, ports, a link and a network that keeps its endpoints apart. */
async function furnish(patchbay: Patchbay, page: Page, scheme: string): Promise<void> {
  const change = (...commands: object[]) => patchbay.daemon.admin("mutation", "topology.change", { commands });
  await change(
    { type: "network.create", name: "web" },
    { type: "network.create", name: "back", internal: true, enableIpv6: true, options: { icc: "false" } },
    { type: "network.create", name: "lab", pools: [{ subnet: "10.20.0.0/26", ipRange: "10.20.0.32/28" }] },
  );
  for (const name of ["proxy", "app", "db"]) await change({ type: "sandbox.create", name });
  for (const [network, sandbox] of [
    ["web", "proxy"],
    ["web", "app"],
    ["back", "app"],
    ["back", "db"],
  ] as const)
    await change(
      { type: "endpoint.create", network, name: sandbox },
      { type: "endpoint.join", endpoint: `${network}/${sandbox}`, sandbox },
    );
  await change(
    {
      type: "endpoint.update",
      endpoint: "web/proxy",
      publish: ["8080:80", "127.0.0.1:9090:90", "53:53/udp", "7000-7003:7000-7003", "8443:443"],
    },
    { type: "endpoint.update", endpoint: "back/db", expose: ["5432"] },
    { type: "endpoint.update", endpoint: "back/app", links: ["db:database"] },
    { type: "endpoint.create", network: "web", name: "spare", publish: ["9000:9000"] },
  );
  await page.evaluate((value) => localStorage.setItem("mantine-color-scheme-value", value), scheme);
}

/** Forms, a plan, and what the inspector holds. */
const views: Record<string, (page: Page) => Promise<void>> = {
  "network form": async (page) => {
    await page.getByRole("button", { name: "Network", exact: true }).press("Enter");
    const form = page.getByRole("dialog", { name: "New network" });
    await form.getByRole("button", { name: "More options" }).click();
    await form.getByRole("button", { name: "Advanced" }).click();
    await expect(form.getByLabel("Host binding")).toBeVisible();
  },
  "network and plan": async (page) => {
    await select(page, "back");
    await page.getByRole("switch", { name: "Anti-spoofing" }).press("Space");
    await expect(page.getByRole("dialog").getByRole("button", { name: "Apply" })).toBeFocused();
  },
  "what can be adopted": async (page) => {
    await expect(page.locator(".react-flow__node").first()).toBeVisible();
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("Search objects, pages and commands").fill("adopt");
    await page.keyboard.press("Enter");
    await expect(page.getByLabel("Name", { exact: true })).toBeFocused();
    await page.getByRole("combobox", { name: "On this host" }).fill("the host's own");
    await expect(page.getByRole("option").first()).toContainText("is in the host's own namespace");
  },
  "endpoint and ports": async (page) => {
    await select(page, "proxy");
    await page.getByRole("list", { name: "1 endpoint of proxy" }).getByRole("button", { name: /web/ }).first().click();
    await page.getByRole("button", { name: "Publish a port" }).click();
    await page.getByLabel("Port of the host").fill("70000");
    await expect(page.getByText(/is not a port from 1 to 65535/)).toBeVisible();
    await page.getByRole("button", { name: "Change options…" }).click();
    await page.getByLabel("Receives at most").fill("fast");
    await page.keyboard.press("Enter");
    await expect(page.getByText(/"fast" is not a rate/)).toBeVisible();
  },
  "sandbox and its names": async (page) => {
    await select(page, "proxy");
    for (const what of ["routes", "DNS", "names"])
      await page.getByRole("button", { name: `Change ${what}…` }).press("Enter");
    await page.getByRole("textbox", { name: "Hostname" }).fill("no name");
    await page.keyboard.press("Enter");
    await expect(page.getByText(/"no name" must have only letters/)).toBeVisible();
  },
};

async function select(page: Page, name: string): Promise<void> {
  await page
    .locator(".react-flow__node")
    .filter({ hasText: name })
    .click({ position: { x: 60, y: 16 } });
  await expect(page.getByRole("heading", { name, exact: true })).toBeVisible();
}

/** Nothing is half faded in any more; what moves for ever is not waited for. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
        .map(({ finished }) => finished),
    ),
  );
}

async function judge(page: Page, name: string): Promise<void> {
  if (pictures) await page.screenshot({ path: `${pictures}/${name.replace(/\W/g, "-")}.png` });
  await settled(page);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes[0]?.html}`)).toEqual([]);
}

/** Lays the graph out and selects one sandbox. */
async function showInspector(page: Page): Promise<void> {
  await expect(page.locator(".react-flow__node")).toHaveCount(8);
  await page.keyboard.press("l");
  await page.getByRole("button", { name: /Endpoint eth0 .* of app/ }).click({ trial: true });
  await page
    .locator(".react-flow__node")
    .filter({ hasText: "app" })
    .click({ position: { x: 60, y: 16 } });
  await expect(page.getByRole("heading", { name: "app" })).toBeVisible();
}

/** The browser lives in the network that is made: it drops requests when links and addresses come, and the page asks again. */
const isOwnDoing = (text: string): boolean => text.includes("net::ERR_NETWORK_CHANGED");

/** What a page complains of: errors, broken rules of the content security policy, requests that leave the origin. */
function listen(page: Page): string[] {
  const noise: string[] = [];
  page.on(
    "console",
    (message) => message.type() === "error" && !isOwnDoing(message.text()) && noise.push(message.text()),
  );
  page.on("pageerror", (error) => noise.push(error.message));
  page.on(
    "request",
    (request) =>
      new URL(request.url()).hostname === "127.0.0.1" || request.url().startsWith("data:") || noise.push(request.url()),
  );
  return noise;
}
