import { expect, test } from "vitest";
import { Attention } from "./attention.ts";

/** A socket where so many datagrams are about to come, one at each look. */
function socketWith(datagrams: number, onTaken: () => void) {
  let left = datagrams;
  const socket = {
    takeAll: () => {
      if (left === 0) return 0;
      left--;
      onTaken();
      return 1;
    },
    onLeft: () => {},
  };
  return { socket, left: new Promise<void>((resolve) => Object.assign(socket, { onLeft: resolve })) };
}

test("sockets are looked at in turns, and left when nothing comes any more", async () => {
  const attention = new Attention();
  const taken: string[] = [];
  const second = socketWith(3, () => taken.push("second"));
  // The second is asked while the first is looked at.
  const first = socketWith(3, () => {
    if (taken.push("first") === 1) attention.watch(second.socket);
  });
  attention.watch(first.socket);
  await Promise.all([first.left, second.left]);
  expect(taken).toEqual(["first", "second", "first", "second", "first", "second"]);
});

test("whatever comes, the event loop has its turns", async () => {
  const attention = new Attention();
  const busy = socketWith(Number.POSITIVE_INFINITY, () => {});
  attention.watch(busy.socket);
  await new Promise((resolve) => setImmediate(resolve));
  attention.forget(busy.socket);
  expect(busy.socket.takeAll()).toBe(1);
});
