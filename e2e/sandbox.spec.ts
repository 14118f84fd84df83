import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { Stranger } from "../test/adopted.ts";
import { cable, card } from "./gestures.ts";
import { expect, type Patchbay, test } from "./patchbay.ts";

const inspector = (page: Page) => page.getByRole("complementary", { name: "Inspector" });

/** Sandbox app in networks web and back. */
async function twoNetworks({ daemon }: Patchbay, page: Page): Promise<void> {
  const commands = [
    { type: "sandbox.create", name: "app" },
    ...["back", "web"].flatMap((name) => [
      { type: "network.create", name },
      { type: "endpoint.create", network: name, name: "app" },
      { type: "endpoint.join", endpoint: `${name}/app`, sandbox: "app" },
    ]),
  ];
  await daemon.admin("mutation", "topology.change", { commands });
  await expect(card(page, "app")).toContainText("172.18.0.2");
  await page.keyboard.press("l");
  await expect(page.getByText("Laid out automatically")).toBeAttached();
  await page.getByRole("button", { name: "Fit everything" }).click();
}

async function inspect(page: Page, name: string): Promise<void> {
  await card(page, name).click({ position: { x: 60, y: 16 } });
  await expect(inspector(page).getByRole("heading", { name, exact: true })).toBeVisible();
}

async function applyPlan(page: Page, name: RegExp): Promise<void> {
  await page.getByRole("dialog", { name }).getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
}

/** What a program says that runs in sandbox app. */
async function inSandbox({ daemon }: Patchbay, ...argv: string[]): Promise<string> {
  const { namespace } = await daemon.admin<{ namespace: string }>("query", "sandbox.inspect", { ref: "app" });
  return execFileSync("ip", ["netns", "exec", namespace, ...argv], { encoding: "utf8" });
}

/** What the files of sandbox app hold, by their names below /etc. */
async function filesOf({ daemon }: Patchbay): Promise<Record<string, string>> {
  const files = await daemon.admin<{ name: string; path: string }[]>("query", "sandbox.files", { ref: "app" });
  return Object.fromEntries(files.map(({ name, path }) => [name, readFileSync(path, "utf8")]));
}

/** The gateways of the default routes, as the kernel has them. */
async function defaults({ daemon }: Patchbay): Promise<(string | null)[]> {
  const routes = await daemon.admin<{ destination: string; via: string | null }[]>("query", "sandbox.routes", {
    ref: "app",
  });
  return routes.filter(({ destination }) => destination === "default").map(({ via }) => via);
}

test("the crown is dragged to another network, and back by its button; a route is added and removed", async ({
  patchbay,
  admin: page,
}) => {
  await twoNetworks(patchbay, page);
  await inspect(page, "app");
  const seats = inspector(page).getByRole("list", { name: "Default routes" }).getByRole("listitem");
  await expect(seats.filter({ hasText: "back" })).toContainText("IPv4 default");
  expect(await defaults(patchbay)).toEqual(["172.17.0.1"]);
  const crown = inspector(page).getByTitle("IPv4 default route: drag it to another network");
  await crown.dragTo(seats.filter({ hasText: "web" }));
  const plan = page.getByRole("dialog", { name: /Send by web/ });
  await expect(plan).toContainText(/route replace default via 172\.18\.0\.1 dev eth1/);
  await plan.getByRole("button", { name: "Apply" }).click();
  await expect(seats.filter({ hasText: "web" })).toContainText("IPv4 default");
  await expect(inspector(page).getByRole("row", { name: /default \(IPv4\) 172\.18\.0\.1 eth1/ })).toBeVisible();
  expect(await defaults(patchbay)).toEqual(["172.18.0.1"]);
  await expect(card(page, "app").getByTitle("IPv4 default route")).toBeVisible();

  await inspector(page).getByRole("button", { name: "Give the default route to back" }).click();
  await page
    .getByRole("dialog", { name: /Send by back/ })
    .getByRole("button", { name: "Apply" })
    .click();
  await expect(inspector(page).getByRole("row", { name: /default \(IPv4\) 172\.17\.0\.1 eth0/ })).toBeVisible();

  const change = inspector(page).getByRole("button", { name: "Change routes…" });
  await change.press("Enter");
  const route = inspector(page).getByLabel("Through eth1");
  await route.fill("10.9.0.1/16");
  await route.press("Control+Enter");
  await expect(inspector(page).getByText(/host bits set; the network is 10\.9\.0\.0\/16/)).toBeVisible();
  await expect(route).toBeFocused();
  await route.fill("10.9.0.0/16 via 172.18.0.9");
  await route.press("Control+Enter");
  await applyPlan(page, /Change routes of app/);
  await expect(inspector(page).getByRole("row", { name: "10.9.0.0/16 172.18.0.9 eth1" })).toBeVisible();
  await expect(change).toBeFocused();
  await change.press("Enter");
  await route.fill("");
  await inspector(page).getByRole("button", { name: "Change…", exact: true }).click();
  await applyPlan(page, /Change routes of app/);
  await expect(inspector(page).getByRole("row", { name: "10.9.0.0/16 172.18.0.9 eth1" })).toHaveCount(0);
});

test("an endpoint is limited both ways on its page, and the limit is lifted there", async ({
  patchbay,
  admin: page,
}) => {
  await twoNetworks(patchbay, page);
  await card(page, "app")
    .getByRole("button", { name: /Endpoint eth0/ })
    .click();
  const change = inspector(page).getByRole("button", { name: "Change options…" });
  await change.click();
  const receives = inspector(page).getByLabel("Receives at most");
  const sends = inspector(page).getByLabel("Sends at most");
  await expect(receives).toBeFocused();
  await receives.fill("fast");
  await sends.fill("5mbit");
  await sends.press("Enter");
  await expect(inspector(page).getByText(/"fast" is not a rate/)).toBeVisible();
  await receives.fill("10mbit");
  await inspector(page).getByLabel("Aliases").fill("front\nhome");
  await inspector(page).getByLabel("Sysctls").fill("net.ipv4.conf.IFNAME.forwarding=1");
  await receives.press("Enter");
  await applyPlan(page, /Change options of back\/app/);
  await expect(inspector(page).getByRole("region", { name: "Options" })).toContainText(/Receives at most\s*10mbit/);
  const device = await inspector(page)
    .getByText(/^pbv\w{10}$/)
    .textContent();
  const qdiscs = () => execFileSync("tc", ["qdisc", "show"], { encoding: "utf8" });
  expect(qdiscs()).toMatch(new RegExp(`qdisc tbf 7062: dev ${device} root .*rate 10Mbit`));
  expect(qdiscs()).toMatch(/qdisc tbf 7062: dev pbi\w{10} root .*rate 5Mbit/);
  expect(await inSandbox(patchbay, "cat", "/proc/sys/net/ipv4/conf/eth0/forwarding")).toBe("1\n");
  await change.click();
  await receives.fill("");
  await sends.fill("");
  await sends.press("Enter");
  await applyPlan(page, /Change options of back\/app/);
  await expect(inspector(page).getByRole("region", { name: "Options" })).toContainText(/Receives at most\s*no limit/);
  expect(qdiscs()).not.toContain("tbf");
});

test("a sandbox that shares another's namespace is on its card, and says whose network it has", async ({
  patchbay,
  admin: page,
}) => {
  await twoNetworks(patchbay, page);
  await page.getByRole("button", { name: "Sandbox", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill("side");
  await dialog.getByRole("combobox", { name: "Namespace" }).click();
  await page.getByRole("option", { name: "that of another sandbox" }).click();
  await dialog.getByRole("combobox", { name: "Shares the namespace of" }).click();
  await page.getByRole("option", { name: "app" }).click();
  await dialog.getByRole("button", { name: "Create sandbox" }).click();
  await expect(card(page, "app")).toContainText("shared by side");
  await expect(card(page, "side")).toHaveCount(0);
  await inspect(page, "app");
  await inspector(page).getByRole("button", { name: "side", exact: true }).click();
  await expect(inspector(page).getByText("the namespace of app")).toBeVisible();
  for (const [what, reason] of [
    ["DNS", /its names and its resolver are that one's\. Change app/],
    ["routes", /shares those of app/],
  ] as const) {
    await inspector(page)
      .getByRole("button", { name: `Change ${what}…` })
      .hover();
    await expect(page.getByRole("tooltip")).toContainText(reason);
  }
  await inspector(page).getByRole("button", { name: "Delete…" }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /Delete/ })
    .click();
  await expect(card(page, "app")).not.toContainText("shared by");
});

test("a cable from sandbox to sandbox: a link of their own, drawn double, that answers; or one namespace for both", async ({
  patchbay,
  admin: page,
}) => {
  const commands = ["app", "db", "car"].map((name) => ({ type: "sandbox.create", name }));
  await patchbay.daemon.admin("mutation", "topology.change", { commands });
  await expect(card(page, "car")).toBeVisible();
  await page.getByRole("button", { name: "Fit everything" }).click();
  await cable(page, "app", "db");
  const meet = page.getByRole("dialog", { name: "Join app and db" });
  await expect(meet.getByRole("radio", { name: "Point-to-point link" })).toBeChecked();
  await expect(meet.getByLabel("Name of the network")).toHaveValue("app-db");
  await meet.getByRole("button", { name: "Show the plan" }).click();
  const plan = page.getByRole("dialog", { name: "Point-to-point link: app and db" });
  await expect(plan).toContainText(/ip -n pb-\w+ link add name eth0 .* type veth peer name eth0/);
  await plan.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("group", { name: "app-db, point-to-point link of app and db, up" })).toBeAttached();
  await expect(card(page, "app-db")).toHaveCount(0);
  const endpoints = await patchbay.daemon.admin<{ endpoint: { name: string; ipv4: string } }[]>(
    "query",
    "endpoint.list",
  );
  expect(endpoints).toHaveLength(2);
  await inspect(page, "db");
  const address = await inspector(page)
    .getByRole("list", { name: /endpoint of db/ })
    .textContent();
  const [ip = ""] = /\d+\.\d+\.\d+\.\d+/.exec(address ?? "") ?? [];
  expect(await patchbay.pings("app", ip)).toBe(true);

  await cable(page, "car", "app");
  await page.getByRole("dialog").getByRole("radio", { name: "One namespace for both" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Show the plan" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Apply" }).click();
  await expect(card(page, "app")).toContainText("shared by car");
});

test("names and name servers are given on the page, and its files have them", async ({ patchbay, admin: page }) => {
  await twoNetworks(patchbay, page);
  await inspect(page, "app");
  await inspector(page).getByRole("button", { name: "Change DNS…" }).press("Enter");
  const servers = inspector(page).getByLabel("Servers");
  await expect(servers).toBeFocused();
  await servers.fill("192.0.2.53\ndns.example.com");
  await inspector(page).getByLabel("Search").fill("example.com");
  await inspector(page).getByRole("button", { name: "Change…", exact: true }).click();
  await expect(inspector(page).getByText(/Line 2: "dns\.example\.com" is not an IP address/)).toBeVisible();
  await expect(servers).toBeFocused();
  await servers.fill("192.0.2.53");
  await servers.press("Control+Enter");
  await applyPlan(page, /Change DNS of app/);
  await expect(inspector(page).getByText(/asks 192\.0\.2\.53 \(from the sandbox\)/)).toBeVisible();

  await inspector(page).getByRole("button", { name: "Change names…" }).press("Enter");
  await page.keyboard.press("Escape");
  await expect(inspector(page).getByRole("button", { name: "Change names…" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.type("front.example.org");
  await inspector(page).getByLabel("Extra hosts").fill("printer:10.1.2.3\nhome:host-gateway");
  await inspector(page).getByRole("textbox", { name: "Hostname" }).press("Enter");
  await applyPlan(page, /Change names of app/);
  await expect(inspector(page).getByRole("region", { name: "Files" })).toContainText(/Domain\s*example\.org/);
  const files = await filesOf(patchbay);
  expect(files.hostname).toBe("front\n");
  expect(files.hosts).toMatch(/^10\.1\.2\.3\tprinter\n172\.17\.0\.1\thome$/m);
  expect(files.hosts).toMatch(/^172\.17\.0\.2\tfront\.example\.org front$/m);
  expect(files["resolv.conf"]).toMatch(/^search example\.com$/m);
});

test("a name is resolved, and the question seen; a file that a person edits is left alone and says so", async ({
  patchbay,
  admin: page,
}) => {
  await twoNetworks(patchbay, page);
  await inspect(page, "app");
  const names = inspector(page).getByRole("table", { name: "Names it knows" });
  await expect(names.getByRole("row", { name: "app.back 172.17.0.2" })).toBeVisible();
  await expect(inspector(page).getByText("Nobody has asked it anything yet.")).toBeVisible();
  const ask = `const { Resolver } = require("node:dns"); const resolver = new Resolver(); resolver.setServers(["127.0.0.11"]);
    resolver.resolve4("app.web", (error, addresses) => console.log(error ?? addresses.join()));`;
  expect(await inSandbox(patchbay, process.execPath, "-e", ask)).toBe("172.18.0.2\n");
  const questions = inspector(page).getByRole("table", { name: /^Questions/ });
  await expect(questions.getByRole("row", { name: /app\.web A.* NOERROR by itself/ }).first()).toBeVisible();

  await inspector(page).getByText("/etc/hosts", { exact: true }).click();
  await expect(inspector(page).getByRole("region", { name: "/etc/hosts" })).toContainText("127.0.0.1\tlocalhost");
  const [file] = await patchbay.daemon.admin<{ name: string; path: string }[]>("query", "sandbox.files", {
    ref: "app",
  });
  for (const line of ["192.0.2.7 mine", "192.0.2.8 mine-too"]) {
    if (file) appendFileSync(file.path, `${line}\n`);
    await expect(inspector(page).getByText("edited by hand")).toBeVisible();
    await expect(inspector(page).getByRole("region", { name: "/etc/hosts", exact: true })).toContainText(line);
  }
});

test("a process is adopted by the form, shown with where it is from, and its end is told", async ({
  patchbay,
  admin: page,
}) => {
  await patchbay.daemon.admin("mutation", "topology.change", { commands: [{ type: "network.create", name: "web" }] });
  await expect(card(page, "web")).toBeVisible();
  const stranger = await Stranger.start("web");
  await page.locator(".react-flow__pane").click({ position: { x: 200, y: 600 } });
  await page.keyboard.press("s");
  const form = page.getByRole("dialog", { name: "New sandbox" });
  await form.getByLabel("Name", { exact: true }).fill("theirs");
  await form.getByRole("combobox", { name: "Namespace" }).click();
  await page.getByRole("option", { name: "adopted: a process's" }).click();
  await form.getByLabel("Process id").fill("1");
  await form.getByRole("button", { name: "Create sandbox" }).click();
  await expect(form.getByRole("alert")).toContainText("host's own namespace");
  await form.getByLabel("Process id").fill(`${stranger.pid}`);
  await form.getByRole("button", { name: "Create sandbox" }).click();
  await expect(card(page, "theirs")).toContainText("adopted");
  await inspect(page, "theirs");
  await expect(inspector(page)).toContainText(`process ${stranger.pid} (node)`);
  await expect(inspector(page)).toContainText(/Its process\s*runs/);
  await expect(inspector(page).getByRole("region", { name: "DNS and files" })).toContainText("has its own files");
  await stranger.end();
  await expect(inspector(page)).toContainText(/has ended; the namespace is kept/);
  await expect(inspector(page)).toContainText(/Its process\s*has ended/);
});

test("an interface is called as a person says in the connect dialog, which tells what is wrong with a name", async ({
  patchbay,
  admin: page,
}) => {
  const commands = [
    { type: "sandbox.create", name: "app" },
    { type: "network.create", name: "web" },
  ];
  await patchbay.daemon.admin("mutation", "topology.change", { commands });
  await expect(card(page, "app")).toBeVisible();
  await page.getByRole("button", { name: "Fit everything" }).click();
  await inspect(page, "app");
  await inspector(page).getByRole("button", { name: "Connect…" }).click();
  const dialog = page.getByRole("dialog", { name: "Connect app to…" });
  await dialog.getByRole("button", { name: "More" }).click();
  await dialog.getByLabel("Interface name").fill("not/a/name");
  await dialog.getByRole("option", { name: /^web/ }).click();
  await expect(dialog.getByRole("alert")).toContainText("must be 1 to 15 letters");
  await dialog.getByLabel("Interface name").fill("uplink");
  await dialog.getByRole("option", { name: /^web/ }).click();
  await expect(dialog).toHaveCount(0);
  await expect(card(page, "app")).toContainText("uplink");
});
