import { expect, test } from "vitest";
import { plan } from "../plan/plan.ts";
import { sandboxNs, sandboxObjects } from "../objects.fixture.ts";
import type { FileObject } from "../objects.ts";
import { render } from "../render.ts";

const ns = sandboxNs(1);
const hosts: FileObject = { kind: "file", ns, name: "hosts", content: "127.0.0.1\tlocalhost\n" };
const hostname: FileObject = { kind: "file", ns, name: "hostname", content: "box\n" };
const script = (want: Parameters<typeof plan>[0], have: Parameters<typeof plan>[1]) =>
  plan(want, have).map(render).join("\n");

test("files come when their sandbox is there, and go after it", () => {
  const all = [...sandboxObjects(1), hosts, hostname];
  expect(script(all, [])).toMatchInlineSnapshot(`
    "ip netns add pb-000000000001
    ip -n pb-000000000001 link set dev lo alias 'patchbay sandbox 1' up
    mkdir -p /etc/netns/pb-000000000001 && cat > /etc/netns/pb-000000000001/hosts <<'END'
    127.0.0.1	localhost
    END
    mkdir -p /etc/netns/pb-000000000001 && cat > /etc/netns/pb-000000000001/hostname <<'END'
    box
    END"
  `);
  expect(script([], all)).toMatchInlineSnapshot(`
    "ip netns del pb-000000000001
    rm -f /etc/netns/pb-000000000001/hosts /etc/netns/pb-000000000001/hostname && rmdir --ignore-fail-on-non-empty /etc/netns/pb-000000000001"
  `);
  expect(script(all, all)).toBe("");
});

test.each([
  { name: "missing", have: [], want: 1 },
  { name: "another text", have: [{ ...hosts, content: "x\n" }], want: 1 },
  { name: "the right text", have: [hosts], want: 0 },
  { name: "the right text, not known as ours", have: [{ ...hosts, state: "unrecorded" as const }], want: 1 },
  { name: "a person's text", have: [{ ...hosts, content: "x\n", state: "edited" as const }], want: 0 },
])("$name: $want steps", ({ have, want }) => {
  expect(plan([hosts], have)).toHaveLength(want);
});

test("what a person has edited goes with its sandbox all the same", () => {
  expect(plan([], [{ ...hosts, content: "x\n", state: "edited" }])).toEqual([
    { op: "file.remove", ns, names: ["hosts"] },
  ]);
});
