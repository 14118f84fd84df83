import { expect, test } from "vitest";
import { wayIn } from "./enter.ts";

const toDaemon = ["nsenter", "--target", "42", "--mount", "--net", "--user", "--preserve-credentials", "--"];
const way = [...toDaemon, "ip", "netns", "exec", "pb-0123456789ab"];

test.each([
  { name: "from outside", own: "user:[1]", daemon: "user:[2]", want: way },
  {
    name: "from the daemon's own user namespace",
    own: "user:[2]",
    daemon: "user:[2]",
    want: ["nsenter", "--target", "42", "--mount", "--net", "--", "ip", "netns", "exec", "pb-0123456789ab"],
  },
  { name: "where the daemon cannot be looked at", own: "user:[1]", daemon: null, want: way },
  { name: "where nothing can be looked at", own: null, daemon: null, want: way },
])("$name", ({ own, daemon, want }) => {
  expect(wayIn(way, (pid) => (pid === "42" ? daemon : own))).toEqual(want);
});
