import type { Command } from "commander";
import { findDriver } from "#cnm/drivers/index.ts";
import { type Cli, perform } from "./command.ts";
import { facts, visible } from "./output.ts";
import { localTime } from "./times.ts";

export function addStatusCommand(program: Command): void {
  perform(program.command("status").description("how the daemon is, and what this kernel cannot do"), status);
}

async function status(cli: Cli): Promise<void> {
  const found = await cli.api.system.status.query();
  const { counts, store } = found;
  cli.show({ socket: cli.socketPath, ...found }, () =>
    [
      facts([
        ["version", found.version],
        ["socket", cli.socketPath],
        ["daemon", `process ${found.pid}, since ${localTime(found.startedAt)}, ${mebibytes(found.rssBytes)}`],
        ["networks", String(counts.networks)],
        ["sandboxes", String(counts.sandboxes)],
        ["endpoints", String(counts.endpoints)],
        ["history", `${found.revision} rows`],
        ["store", `${store.path}, ${mebibytes(store.sizeBytes)}, ${store.journalMode}`],
        ["read-only", found.readOnly],
      ]),
      ...Object.entries(found.unsupported).map(([what, why]) =>
        visible(`${findDriver(what) ? `driver ${what}` : what} is not available: ${why}`),
      ),
      ...Object.entries(found.problems).map(([id, { seq, message }]) =>
        visible(`${id.slice(0, 12)} has a problem (history row ${seq}): ${message}`),
      ),
    ].join("\n"),
  );
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
