import { bridgeDefinition } from "#cnm/drivers/bridge.ts";

const { labels } = bridgeDefinition;
const width = Math.max(...labels.map(({ short }) => short.length));

/** For help: the bridge's options and what they mean. */
export const optionsHelp = [
  "",
  "Options of driver bridge, for -o, by these names or by Docker's labels (*: only when it is created):",
  ...labels.map(({ short, fixed, help }) => `  ${`${short}${fixed ? "*" : ""}`.padEnd(width + 1)}  ${help}`),
].join("\n");
