import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { StepRecord } from "#cnm/history.ts";
import { filesOf } from "../../../test/files.ts";
import { Host, run, test } from "../../../test/netns.ts";
import type { Kernel } from "../kernel.ts";
import { sandboxNs } from "../objects.fixture.ts";
import type { FileObject, KernelObject } from "../objects.ts";
import { renderAt } from "../render.ts";

const ns = sandboxNs(1);
const hosts = (content: string): FileObject => ({ kind: "file", ns, name: "hosts", content });
const hostname: FileObject = { kind: "file", ns, name: "hostname", content: "box\n" };

async function make(kernel: Kernel, want: readonly KernelObject[]): Promise<StepRecord[]> {
  return kernel.apply(kernel.plan(want, await kernel.observe(want, true)));
}

async function lacks(kernel: Kernel, want: readonly KernelObject[]): Promise<string[]> {
  return kernel.plan(want, await kernel.observe(want, true)).map((step) => kernel.render(step));
}

const failed = (records: readonly StepRecord[]) => records.flatMap(({ error }) => error?.text ?? []);

test("files are made, changed in place and taken away with their directory", async ({ host }) => {
  const kernel = await host.kernel();
  const directory = join(host.etcDir, ns);
  const path = join(directory, "hosts");
  await make(kernel, [hosts("127.0.0.1\tlocalhost\n"), hostname]);
  expect([statSync(directory), statSync(path)].map(({ mode }) => mode & 0o777)).toEqual([0o755, 0o644]);
  const { ino } = statSync(path);
  const want = [hosts("::1\tlocalhost\n"), hostname];
  expect(await lacks(kernel, want)).toEqual([`mkdir -p ${directory} && cat > ${path} <<'END'\n::1\tlocalhost\nEND`]);
  await make(kernel, want);
  expect(statSync(path).ino).toBe(ino);
  expect(readFileSync(path, "utf8")).toBe("::1\tlocalhost\n");
  expect(await lacks(kernel, want)).toEqual([]);
  expect(await kernel.observe([hostname], false)).toEqual([hostname]);
  await make(kernel, []);
  expect(readdirSync(host.etcDir)).toEqual([]);
  expect(readdirSync(filesOf(host.path).writtenDir)).toEqual([]);
});

test("what a person has edited is left alone, after a restart too, until it is deleted or as wanted", async ({
  host,
}) => {
  const kernel = await host.kernel();
  const path = join(host.etcDir, ns, "hosts");
  const edited = "127.0.0.1\tlocalhost\n6.6.6.6\tmine\n";
  await make(kernel, [hosts("one\n")]);
  writeFileSync(path, edited);
  for (const daemon of [kernel, await host.kernel()]) {
    expect(await lacks(daemon, [hosts("one\n")])).toEqual([]);
    expect(await lacks(daemon, [hosts("two\n")])).toEqual([]);
    expect(await daemon.files([hosts("two\n")])).toEqual([{ path, content: edited, edited: true }]);
    const steps = daemon.plan([hosts("two\n")], [hosts("one\n")]);
    expect(await daemon.unedited(steps)).toEqual([]);
    expect(failed(await daemon.apply(steps))).toEqual([]);
    expect(readFileSync(path, "utf8")).toBe(edited);
  }
  writeFileSync(path, "two\n");
  await make(kernel, [hosts("two\n")]);
  await make(kernel, [hosts("three\n")]);
  expect(readFileSync(path, "utf8")).toBe("three\n");
  writeFileSync(path, edited);
  rmSync(path);
  await make(kernel, [hosts("three\n")]);
  expect(readFileSync(path, "utf8")).toBe("three\n");
  await make(kernel, []);
});

test("an edit is seen, whatever it does to size and times, and so is its end", async ({ host }) => {
  const kernel = await host.kernel();
  const path = join(host.etcDir, ns, "hosts");
  await make(kernel, [hosts("one\n"), hostname]);
  expect(await kernel.editedFiles()).toEqual([]);
  const { atime, mtime } = statSync(path);
  writeFileSync(path, "two\n");
  utimesSync(path, atime, mtime);
  const found = [{ ns, name: "hosts", changedAt: mtime.toISOString() }];
  expect(await kernel.editedFiles()).toEqual(found);
  expect(await kernel.editedFiles()).toEqual(found);
  expect(await (await host.kernel()).editedFiles()).toEqual(found);
  writeFileSync(path, "one\n");
  expect(await kernel.editedFiles()).toEqual([]);
  await make(kernel, [hosts("three\n"), hostname]);
  expect(await kernel.editedFiles()).toEqual([]);
  renameSync(path, `${path}.old`);
  mkdirSync(path);
  expect(await kernel.editedFiles()).toEqual([]);
  rmSync(path, { recursive: true });
  rmSync(`${path}.old`);
  await make(kernel, []);
});

const planted = {
  "a link in place of the file": (victim: string, place: string) => {
    mkdirSync(place, { recursive: true });
    symlinkSync(victim, join(place, "hosts"));
  },
  "a link to nothing in place of the file": (victim: string, place: string) => {
    mkdirSync(place, { recursive: true });
    symlinkSync(`${victim}.new`, join(place, "hosts"));
  },
  "a directory in place of the file": (_: string, place: string) => {
    mkdirSync(join(place, "hosts"), { recursive: true });
  },
  "a pipe in place of the file": (_: string, place: string) => {
    mkdirSync(place, { recursive: true });
    run("mkfifo", join(place, "hosts"));
  },
  "a link in place of the directory": (victim: string, place: string) => symlinkSync(join(victim, ".."), place),
  "a file in place of the directory": (_: string, place: string) => writeFileSync(place, "x"),
};

test.for(Object.entries(planted))("%s is an error and no victim", async ([what, plant], { host }) => {
  const kernel = await host.kernel();
  const victim = join(filesOf(host.path).writtenDir, "..", "victim");
  const place = join(host.etcDir, ns);
  writeFileSync(victim, "precious\n");
  plant(victim, place);
  const before = lstatSync(place).ino;
  expect(failed(await make(kernel, [hosts("one\n")]))).toEqual([
    expect.stringMatching(/is in the way and is not a (file|directory): take it away$/),
  ]);
  expect(failed(await kernel.apply([{ op: "file.remove", ns, names: ["hosts"] }])), what).toHaveLength(1);
  expect(readFileSync(victim, "utf8")).toBe("precious\n");
  expect(existsSync(`${victim}.new`)).toBe(false);
  expect(lstatSync(place).ino).toBe(before);
  rmSync(place, { recursive: true });
});

test("a daemon that died while it wrote knows what it left", async ({ host }) => {
  const path = join(host.etcDir, ns, "hosts");
  const record = join(filesOf(host.path).writtenDir, ns, "hosts");
  const kernel = await host.kernel();
  await make(kernel, [hosts("one\n")]);
  const one = readFileSync(record, "utf8");
  await make(kernel, [hosts("two\n")]);
  const two = readFileSync(record, "utf8");
  await make(kernel, [hosts("")]);
  const empty = readFileSync(record, "utf8");
  for (const found of ["one\n", "", "two\n"]) {
    writeFileSync(record, one + empty + two);
    writeFileSync(path, found);
    for (const wanted of ["one\n", "two\n", "three\n"]) {
      await make(kernel, [hosts(wanted)]);
      expect(readFileSync(path, "utf8")).toBe(wanted);
    }
  }
  rmSync(record);
  await make(kernel, [hosts("three\n")]);
  await make(kernel, [hosts("four\n")]);
  expect(readFileSync(path, "utf8")).toBe("four\n");
  rmSync(path);
  await host.kernel();
  expect(readdirSync(host.etcDir)).toEqual([]);
  expect(readdirSync(filesOf(host.path).writtenDir)).toEqual([]);
});

test("the rendered lines do what apply does, whatever a file holds", async ({ host }) => {
  const other = new Host();
  const hostile = ["END\n", "it's $(here)\n`x`\n\\n\nEND1\nEND\n", "tab\there \n\n\n", "ünïcode\n"];
  try {
    const kernel = await host.kernel();
    for (const content of hostile) {
      const steps = kernel.plan([hosts(content), hostname], []);
      expect(failed(await kernel.apply(steps))).toEqual([]);
      for (const step of steps) other.shell(renderAt(other.etcDir, step));
      for (const { etcDir } of [host, other]) expect(readFileSync(join(etcDir, ns, "hosts"), "utf8")).toBe(content);
    }
    const removals = kernel.plan([], await kernel.observe([], true));
    expect(failed(await kernel.apply(removals))).toEqual([]);
    for (const step of removals) other.shell(renderAt(other.etcDir, step));
    for (const { etcDir } of [host, other]) expect(readdirSync(etcDir)).toEqual([]);
  } finally {
    await other.close();
  }
});

test("where a person keeps more files, those and the directory stay", async ({ host }) => {
  const kernel = await host.kernel();
  const own = join(host.etcDir, ns, "nsswitch.conf");
  await make(kernel, [hostname]);
  writeFileSync(own, "hosts: files\n");
  await make(kernel, []);
  expect(readdirSync(join(host.etcDir, ns))).toEqual(["nsswitch.conf"]);
  rmSync(join(host.etcDir, ns), { recursive: true });
});
