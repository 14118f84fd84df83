import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";
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

  const route = inspector(page).getByLabel("New route through eth1");
  await route.fill("10.9.0.1/16");
  await route.press("Enter");
  await expect(inspector(page).getByText(/host bits set; the network is 10\.9\.0\.0\/16/)).toBeVisible();
  await route.fill("10.9.0.0/16 via 172.18.0.9");
  await route.press("Enter");
  await page
    .getByRole("dialog", { name: /Add the route/ })
    .getByRole("button", { name: "Apply" })
    .click();
  await expect(inspector(page).getByRole("row", { name: "10.9.0.0/16 172.18.0.9 eth1" })).toBeVisible();
  await inspector(page).getByRole("button", { name: "Remove the route 10.9.0.0/16 via 172.18.0.9" }).click();
  await page
    .getByRole("dialog", { name: /Remove the route/ })
    .getByRole("button", { name: "Apply" })
    .click();
  await expect(inspector(page).getByRole("row", { name: "10.9.0.0/16 172.18.0.9 eth1" })).toHaveCount(0);
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

test("a name is resolved, and the question seen; a file that a person edits is left alone and says so", async ({
  patchbay,
  admin: page,
}) => {
  await twoNetworks(patchbay, page);
  await inspect(page, "app");
  const names = inspector(page).getByRole("table", { name: "Names it knows" });
  await expect(names.getByRole("row", { name: "app.back 172.17.0.2" })).toBeVisible();
  await expect(inspector(page).getByText("Nobody has asked it anything yet.")).toBeVisible();
  const { namespace } = await patchbay.daemon.admin<{ namespace: string }>("query", "sandbox.inspect", { ref: "app" });
  const ask = `const { Resolver } = require("node:dns"); const resolver = new Resolver(); resolver.setServers(["127.0.0.11"]);
    resolver.resolve4("app.web", (error, addresses) => console.log(error ?? addresses.join()));`;
  const answer = execFileSync("ip", ["netns", "exec", namespace, process.execPath, "-e", ask], { encoding: "utf8" });
  expect(answer).toBe("172.18.0.2\n");
  const questions = inspector(page).getByRole("table", { name: /Last questions/ });
  await expect(questions.getByRole("row", { name: /app\.web A.* NOERROR by itself/ }).first()).toBeVisible();

  await inspector(page).getByText("/etc/hosts", { exact: true }).click();
  await expect(inspector(page).getByRole("region", { name: "/etc/hosts" })).toContainText("127.0.0.1\tlocalhost");
  const [file] = await patchbay.daemon.admin<{ name: string; path: string }[]>("query", "sandbox.files", {
    ref: "app",
  });
  if (file) appendFileSync(file.path, "192.0.2.7 mine\n");
  await page.reload();
  await inspect(page, "app");
  await expect(inspector(page).getByText("edited by hand")).toBeVisible();
  await inspector(page).getByText("/etc/hosts", { exact: true }).click();
  await expect(inspector(page).getByRole("region", { name: "/etc/hosts", exact: true })).toContainText(
    "192.0.2.7 mine",
  );
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
  await stranger.end();
  await expect(inspector(page)).toContainText(/has ended; the namespace is kept/);
  await expect(inspector(page)).toContainText(/Its process\s*has ended/);
});
