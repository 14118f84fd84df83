#!/usr/bin/env node
// Runs on whatever Node starts it, so this file must parse on an old one; the measurements run on the pinned one.
if (Number(process.versions.node.split(".")[0]) < 20) {
  console.error(`patchbay: this is Node ${process.versions.node}: install Node 20 or newer and run this again`);
  process.exit(1);
}
const { bench } = await import("./testing/bench.mjs");
process.exit(await bench(process.argv.slice(2)));
