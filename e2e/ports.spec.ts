import type { Page } from "@playwright/test";
import { card } from "./gestures.ts";
import { expect, type Patchbay, test } from "./patchbay.ts";

/** Network web with sandboxes app and db in it, laid out. */
async function pair({ daemon }: Patchbay, page: Page): Promise<void> {
  const commands = [
    { type: "network.create", name: "web" },
    ...["app", "db"].flatMap((name) => [
      { type: "sandbox.create", name },
      { type: "endpoint.create", network: "web", name },
      { type: "endpoint.join", endpoint: `web/${name}`, sandbox: name },
    ]),
  ];
  await daemon.admin("mutation", "topology.change", { commands });
  await expect(card(page, "db")).toContainText("172.17.0.3");
  await page.keyboard.press("l");
  await expect(page.getByText("Laid out automatically")).toBeAttached();
  await page.getByRole("button", { name: "Fit everything" }).click();
}

const inspector = (page: Page) => page.getByRole("complementary", { name: "Inspector" });
const plan = (page: Page, name: RegExp) => page.getByRole("dialog", { name });

async function inspect(page: Page, name: string): Promise<void> {
  await card(page, name).click({ position: { x: 60, y: 16 } });
  await expect(inspector(page).getByRole("heading", { name, exact: true })).toBeVisible();
}

/** What the endpoint publishes, as the daemon knows it. */
async function published({ daemon }: Patchbay, endpoint: string): Promise<object[]> {
  return (await daemon.admin<{ endpoint: { ports: object[] } }>("query", "endpoint.inspect", { ref: endpoint }))
    .endpoint.ports;
}

/** What the port of the host answers to a GET; null if nobody can be connected to. */
function get(port: number): Promise<string | null> {
  return fetch(`http://127.0.0.1:${port}/`, {
    signal: AbortSignal.timeout(2000),
    headers: { connection: "close" },
  }).then(
    (response) => response.text(),
    () => null,
  );
}

test("a port published with the mouse is on the card, in the table, answers on the host, and is gone again", async ({
  patchbay,
  admin: page,
}) => {
  await pair(patchbay, page);
  await patchbay.serves("app", 80, "hello from app");
  expect(await get(8080)).toBeNull();
  await inspect(page, "app");
  await inspector(page).getByRole("button", { name: "Publish a port" }).click();
  const port = inspector(page).getByLabel("Port of the sandbox");
  await port.fill("0");
  await expect(inspector(page).getByText(/is not a port from 1 to 65535/)).toBeVisible();
  await port.fill("127.0.0.1:8080:80/tcp");
  await expect(port).toHaveValue("80");
  await expect(inspector(page).getByLabel("Port of the host")).toHaveValue("8080");
  await expect(inspector(page).getByLabel("Address of the host")).toHaveValue("127.0.0.1");
  await inspector(page).getByRole("button", { name: "Publish…" }).click();
  await expect(plan(page, /Publish 127\.0\.0\.1:8080:80\/tcp/)).toContainText("web/app publishes");
  expect(await published(patchbay, "web/app")).toEqual([]);
  await plan(page, /Publish/)
    .getByRole("button", { name: "Apply" })
    .click();
  await expect(card(page, "app").getByText("lo 8080→80")).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  expect(await get(8080)).toBe("hello from app");

  await page.getByRole("link", { name: "Ports", exact: true }).click();
  const row = page.getByRole("row").filter({ hasText: "8080" });
  await expect(row).toContainText("this host only");
  await row.getByRole("button", { name: "Change the ports of web/app" }).click();
  await inspector(page).getByRole("button", { name: "No longer publish 127.0.0.1:8080:80/tcp" }).click();
  await plan(page, /No longer publish/)
    .getByRole("button", { name: "Apply" })
    .click();
  await expect(page.getByText("Nothing is published. Select an endpoint")).toBeVisible();
  expect(await published(patchbay, "web/app")).toEqual([]);
  expect(await get(8080)).toBeNull();
});

test("the same with the keyboard alone; what the daemon refuses is said in the plan", async ({
  patchbay,
  admin: page,
}) => {
  await pair(patchbay, page);
  const commands = [{ type: "endpoint.update", endpoint: "web/db", publish: ["8080:80"] }];
  await patchbay.daemon.admin("mutation", "topology.change", { commands });
  await inspect(page, "app");
  await inspector(page).getByRole("button", { name: "Publish a port" }).focus();
  await page.keyboard.press("Enter");
  await expect(inspector(page).getByLabel("Port of the sandbox")).toBeFocused();
  await page.keyboard.type("8080:80");
  await page.keyboard.press("Enter");
  await expect(plan(page, /Publish 8080:80\/tcp/).getByRole("alert")).toContainText(
    "already allocated by endpoint web/db",
  );
  await page.keyboard.press("Escape");
  await inspector(page).getByLabel("Port of the host").fill("8081");
  await page.keyboard.press("Enter");
  const apply = plan(page, /Publish 8081:80\/tcp/).getByRole("button", { name: "Apply" });
  await expect(apply).toBeEnabled();
  await expect(apply).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(card(page, "app").getByText("8081→80")).toBeVisible();
});

test("with ICC off the network is marked, after the plan was shown; a link is an arrow", async ({
  patchbay,
  admin: page,
}) => {
  await pair(patchbay, page);
  await inspect(page, "web");
  const icc = inspector(page).getByRole("switch", { name: "Inter-container communication" });
  await icc.click();
  await expect(plan(page, /Turn off inter-container communication of web/)).toContainText(
    "changed network web, icc false",
  );
  await expect(plan(page, /Turn off/).getByRole("list", { name: "Steps" })).toContainText(/isolated on/);
  await expect(card(page, "web")).not.toContainText("ICC off");
  await plan(page, /Turn off/)
    .getByRole("button", { name: "Cancel" })
    .click();
  await expect(icc).toBeChecked();
  await icc.click();
  await plan(page, /Turn off/)
    .getByRole("button", { name: "Apply" })
    .click();
  await expect(card(page, "web")).toContainText("ICC off");
  await expect(icc).not.toBeChecked();
  await expect(page.locator(".react-flow__edge-cable [data-apart]")).toHaveCount(2);
  expect(await patchbay.pings("app", "172.17.0.3")).toBe(false);

  await card(page, "app")
    .getByRole("button", { name: /Endpoint eth0/ })
    .click();
  await inspector(page).getByRole("combobox", { name: "Link to" }).click();
  await page.getByRole("option", { name: "db" }).click();
  await inspector(page).getByLabel("Alias").fill("database");
  await inspector(page).getByRole("button", { name: "Link…" }).click();
  await plan(page, /Link to db as database/)
    .getByRole("button", { name: "Apply" })
    .click();
  await expect(page.getByRole("img", { name: "app links to db as database" })).toBeAttached();
  await inspector(page).getByRole("button", { name: "Remove the link database" }).click();
  await plan(page, /Remove the link/)
    .getByRole("button", { name: "Apply" })
    .click();
  await expect(page.locator(".react-flow__edge-link")).toHaveCount(0);
});
