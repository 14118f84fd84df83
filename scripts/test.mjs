#!/usr/bin/env node
// Runs on whatever Node starts it, so this file must parse on an old one; the tests themselves run on the pinned one.
if (Number(process.versions.node.split(".")[0]) < 20) {
  console.error(`patchbay: this is Node ${process.versions.node}: install Node 20 or newer and run this again`);
  console.log("0 passed, 1 failed");
  process.exit(1);
}
const { test } = await import("./testing/test.mjs");
process.exit(await test(process.argv.slice(2)));
