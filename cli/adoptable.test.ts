import { expect, test } from "vitest";
import type { AdoptableNamespace } from "#cnm/adoptable.ts";
import { adoptableText } from "./adoptable.ts";

const web: AdoptableNamespace = {
  inode: "4026532201",
  containers: [],
  names: [],
  oldest: { pid: 1234, command: "nginx" },
  processes: 3,
  source: { pid: 1234 },
  program: "nginx",
  interfaces: ["lo"],
  verdict: { ok: true },
};
const host: AdoptableNamespace = {
  ...web,
  oldest: { pid: 1, command: "" },
  source: { pid: 1 },
  program: null,
  interfaces: [],
  verdict: { ok: false, code: "FORBIDDEN", rule: "namespace-is-the-hosts", message: "it is the host's" },
};
const odd: AdoptableNamespace = {
  ...web,
  names: ["/run/netns/it's\u001b[2J"],
  source: { netns: "/run/netns/it's\u001b[2J" },
};

test("each row says how it is adopted, or why not; nothing of it reaches the terminal as a command", () => {
  const text = adoptableText({ namespaces: [web, odd, host], hidden: 2, silent: ["docker does not answer"] });
  expect(text).toMatchInlineSnapshot(`
    "ADOPT BY                                WHAT                         IN IT                                 CAN BE ADOPTED
    --pid 1234                              nginx                        process 1234 and 2 more; lo           yes
    --netns '/run/netns/it'\\''s\\u{1b}[2J'   "/run/netns/it's\\u001b[2J"   process 1234 (nginx) and 2 more; lo   yes
    -                                       the host's own               process 1 and 2 more                  no: it is the host's
    2 processes are not the daemon's to look at
    docker does not answer"
  `);
});

test("where nothing can be adopted it is said", () => {
  expect(
    adoptableText({ namespaces: [host], hidden: 0, silent: [] })
      .split("\n")
      .at(-1),
  ).toMatchInlineSnapshot(
    `"nothing to adopt: every process that can be looked at is in the host's namespace or a sandbox's"`,
  );
});
