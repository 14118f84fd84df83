#!/usr/bin/env node
// Runs on whatever Node starts it, so this file must parse on an old one; the rest needs 20, and goes on on the pinned one.
if (Number(process.versions.node.split(".")[0]) < 20) {
  console.error(`patchbay: this is Node ${process.versions.node}: install Node 20 or newer and run this again`);
  process.exit(1);
}
const { up } = await import("./setup/up.mjs");
process.exit(await up(process.argv.slice(2)));
