import { test } from "vitest";
import { BridgeOptions, bridgeDefinition } from "#cnm/drivers/bridge.ts";
import { checkPage, markdownTable } from "./pages.ts";

test("the page of the bridge driver lists every option", () => {
  const defaults: Record<string, unknown> = BridgeOptions.parse({});
  const rows = bridgeDefinition.labels.map(({ short, label, key, kind, help, fixed }) => [
    `\`${short}\``,
    `\`${label}\``,
    kind,
    defaults[key] === null ? "" : `\`${defaults[key]}\``,
    `${help}${fixed ? "; only when the network is created" : ""}`,
  ]);
  const head = ["option", "label", "kind", "default", "what it says"];
  checkPage("docs/drivers/bridge.md", { options: markdownTable(head, rows) });
});
