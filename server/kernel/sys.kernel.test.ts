import { readlinkSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { notPrivate } from "../../test/private.ts";
import { close, inNamespace, open } from "./sys.ts";

const here = (): string => readlinkSync("/proc/thread-self/ns/net");

describe.skipIf(notPrivate() !== null)("work in another namespace", () => {
  test("is away while it runs, and home afterwards", () => {
    const home = here();
    const fd = inNamespace("new", () => open("/proc/thread-self/ns/net", 0));
    const away = inNamespace(fd, here);
    expect(away).not.toBe(home);
    expect(inNamespace(fd, here)).toBe(away);
    expect(here()).toBe(home);
    close(fd);
  });

  test("is home again after an error", () => {
    const home = here();
    const work = () => inNamespace("new", () => expect.unreachable("on purpose"));
    expect(work).toThrow("on purpose");
    expect(here()).toBe(home);
  });

  test("must be synchronous", () => {
    const home = here();
    expect(() => inNamespace("new", async () => {})).toThrow("must be synchronous");
    expect(here()).toBe(home);
  });

  test("a thing that is not a namespace is refused", () => {
    const fd = open("/proc/self/status", 0);
    expect(() => inNamespace(fd, here)).toThrow("EINVAL");
    close(fd);
  });
});
