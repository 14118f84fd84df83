import { execFileSync } from "node:child_process";
import { card } from "./gestures.ts";
import { expect, test } from "./patchbay.ts";

test("a refusal of the kernel is shown in its own words wherever one looks", async ({ patchbay, admin: page }) => {
  const { daemon } = patchbay;
  await daemon.admin("mutation", "network.create", { name: "web" });
  await daemon.admin("mutation", "sandbox.create", { name: "app" });
  await daemon.admin("mutation", "endpoint.create", { network: "web", name: "app" });
  const [endpoint] = await daemon.admin<{ id: string }[]>("query", "endpoint.list");
  const veth = `pbv${endpoint?.id.slice(0, 10)}`;
  execFileSync("ip", ["link", "add", veth, "type", "bridge"]);
  try {
    await card(page, "web").click({ position: { x: 60, y: 16 } });
    const inspector = page.getByRole("complementary", { name: "Inspector" });
    await inspector.getByRole("button", { name: /app \(not joined\)/ }).click();
    await inspector.getByRole("combobox", { name: /join/i }).click();
    await page.getByRole("option", { name: "app" }).click();

    const toast = page.getByRole("alert").filter({ hasText: "not done" });
    await expect(toast).toContainText(`ip link add name ${veth}`);
    await expect(toast).toContainText("EEXIST: File exists");
    await expect(toast).toContainText("remove or rename it, then try again");
    await expect(inspector).toContainText("File exists (EEXIST)");
    await expect(card(page, "web").locator(".status-failed")).toBeVisible();
    await expect(card(page, "web")).toContainText("1 not joined");
    await expect(card(page, "web").locator("[data-status=failed]")).toHaveAttribute("title", /File exists/);

    const commands = [
      { type: "sandbox.create", name: "other" },
      { type: "endpoint.join", endpoint: endpoint?.id, sandbox: "other" },
    ];
    await expect(daemon.admin("mutation", "topology.change", { commands })).rejects.toMatchObject({ code: "KERNEL" });
    await inspector.getByRole("link", { name: "What was tried" }).click();
    const row = page.getByRole("region", { name: /History row/ });
    await expect(row).toContainText("failed");
    await expect(row.getByText("EEXIST: File exists").first()).toBeVisible();
    await expect(row.getByRole("heading", { name: "What put it back" })).toBeVisible();
    await expect(row.getByText(/ip netns del/)).toBeVisible();
    await page.reload();
    await expect(row.getByRole("heading", { name: "What put it back" })).toBeVisible();
  } finally {
    execFileSync("ip", ["link", "del", veth]);
  }
});

test("a form says beside the field what is wrong, and nowhere else", async ({ admin: page }) => {
  await expect(page.locator(".react-flow")).toBeVisible();
  await page.keyboard.press("n");
  const dialog = page.getByRole("dialog", { name: "New network" });
  await dialog.getByRole("button", { name: "More options" }).click();
  await dialog.getByRole("button", { name: "Advanced" }).click();
  await dialog.getByLabel("MTU").fill("70000");
  await page.keyboard.press("Enter");
  await expect(dialog.getByText("Must be at most 65535")).toBeVisible();
  await expect(dialog.getByRole("alert")).toHaveCount(0);
  await dialog.getByLabel("MTU").fill("1000");
  await dialog.getByRole("switch", { name: "IPv6" }).check();
  await dialog.getByRole("button", { name: "Create network" }).click();
  await expect(dialog.getByText("Must be at least 1280 where IPv6 is enabled (RFC 8200)")).toBeVisible();
  await expect(dialog.getByRole("alert")).toHaveCount(0);
});
