import { expect, test } from "vitest";
import { decodeAddress, replaceAddress } from "./address.ts";
import { macBytes, macText, prefixOf } from "./ip.ts";
import { addVeth, decodeLink, setLink } from "./link.ts";
import { address, attributes, MessageWriter, messages, NLM_F_ACK, verdict } from "./message.ts";
import { decodeNeighbour, replaceNeighbour } from "./neighbour.ts";
import { decodeRoute, deleteRoute, replaceRoute } from "./route.ts";
import { decodeText, encodeText } from "./text.ts";

/** The bytes as words of four, for reading beside linux/netlink.h. */
const words = (bytes: Buffer): string => bytes.toString("hex").replace(/.{8}(?!$)/g, "$& ");

const payloadOf = (bytes: Buffer): Buffer => [...messages(bytes)][0]!.payload;

test("an IPv4 address, byte by byte", () => {
  const message = replaceAddress(7, "172.17.0.2/16", 80);
  address(message, 1, NLM_F_ACK);
  expect(words(message)).toBe(
    [
      "30000000 14000505 01000000 00000000", // length 48, RTM_NEWADDR, REQUEST|ACK|REPLACE|CREATE, sequence 1
      "02100000 07000000", // AF_INET, /16, index 7
      "08000200 ac110002", // IFA_LOCAL
      "08000100 ac110002", // IFA_ADDRESS
      "05000b00 50000000", // IFA_PROTO 80
    ].join(" "),
  );
});

test("an IPv6 address goes without duplicate address detection", () => {
  expect(words(replaceAddress(7, "fd00::2/64", 80)).endsWith("05000b00 50000000 08000800 02000000")).toBe(true);
});

test("a default route, byte by byte", () => {
  expect(words(replaceRoute({ family: 4, dst: "default", via: "172.17.0.1", index: 2 }, 80))).toBe(
    "2c000000 18000105 00000000 00000000 02000000 fe500001 00000000 08000500 ac110001 08000400 02000000",
  );
});

test("bringing a link up changes the UP flag and nothing else", () => {
  expect(words(setLink("eth0", { up: true }))).toBe(
    "2c000000 10000100 00000000 00000000 00000000 00000000 01000000 01000000 09000300 65746830 00000000",
  );
});

test("a change without `up` leaves the flags alone", () => {
  expect(words(setLink("eth0", { mtu: 1400 }))).toContain("00000000 00000000 00000000 00000000 09000300");
});

test("a veth is one message with its peer nested in it", () => {
  const bytes = addVeth({
    name: "pbv0",
    group: 1,
    mtu: 1400,
    peer: { name: "eth0", mac: "02:42:ac:11:00:02", mtu: 1300, netnsFd: 9 },
  });
  expect(bytes.readUInt32LE(0)).toBe(bytes.length);
  const info = attributes(attributes(payloadOf(bytes), 16).get(18)!);
  expect(info.get(1)?.toString()).toBe("veth\0");
  const peer = attributes(attributes(info.get(2)!).get(1)!, 16);
  expect(decodeText(peer.get(3)!)).toBe("eth0");
  expect([peer.get(4), peer.get(28)].map((value) => value?.readUInt32LE())).toEqual([1300, 9]);
  expect(macText(peer.get(1)!)).toBe("02:42:ac:11:00:02");
});

test("what is written is read back", () => {
  const route = { family: 6, dst: "fd00:1::/48", via: null, index: 3 } as const;
  expect(decodeRoute(payloadOf(replaceRoute(route, 80)))).toEqual({
    ...route,
    metric: 0,
    protocol: 80,
    plain: true,
    main: true,
  });
  expect(decodeRoute(payloadOf(deleteRoute({ ...route, via: "fd00::1" }, 80)))).toMatchObject({ via: "fd00::1" });
  const neighbour = { index: 3, dst: "172.17.0.9", mac: "02:42:ac:11:00:09" };
  expect(decodeNeighbour(payloadOf(replaceNeighbour(neighbour, 80)))).toEqual({ ...neighbour, protocol: 80 });
  expect(decodeAddress(payloadOf(replaceAddress(3, "fd00::2/64", 80)))).toEqual({
    index: 3,
    address: "fd00::2/64",
    protocol: 80,
  });
  expect(decodeLink(payloadOf(setLink("eth0", { alias: "a b", mtu: 1300, master: 7, up: true })))).toMatchObject({
    name: "eth0",
    alias: "a b",
    mtu: 1300,
    master: 7,
    up: true,
    peer: { index: 0, netnsId: null },
  });
});

test("a writer grows with its message", () => {
  const message = new MessageWriter(16, 0).struct(16, () => {});
  for (let i = 1; i <= 40; i++) message.text(i, "x".repeat(250));
  const found = attributes(payloadOf(message.bytes()), 16);
  expect(found.size).toBe(40);
  expect([...found.values()].every((value) => decodeText(value) === "x".repeat(250))).toBe(true);
});

/** NLMSG_ERROR: errno, the request's header, then what the extended ACK says. */
function refusal({ flags, request }: { flags: number; request: Buffer }): Buffer {
  const text = Buffer.from("no such thing\0");
  const attribute = Buffer.concat([Buffer.from([4 + text.length, 0, 1, 0]), text]);
  const errno = Buffer.alloc(4);
  errno.writeInt32LE(-19);
  const body = Buffer.concat([errno, request, attribute]);
  const header = Buffer.alloc(16);
  header.writeUInt32LE(16 + body.length, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(flags, 6);
  return Buffer.concat([header, body]);
}

const request = new MessageWriter(17, 0).struct(16, () => {}).bytes();

test.for([
  { name: "with the request", flags: 0x200, request },
  { name: "capped to its header", flags: 0x300, request: request.subarray(0, 16) },
])("the kernel's words are found behind the errno: $name", (given) => {
  const [message] = messages(refusal(given));
  expect(verdict(message!).errno).toBe(19);
  expect(decodeText(verdict(message!).text!)).toBe("no such thing");
});

test("without the flag there are no words", () => {
  const [message] = messages(refusal({ flags: 0, request }));
  expect(verdict(message!)).toEqual({ errno: 19, text: undefined });
});

test("a datagram cut short is an error, a broken attribute ends the list", () => {
  const bytes = replaceAddress(7, "172.17.0.2/16", 80);
  expect(() => [...messages(bytes.subarray(0, 40))]).toThrow(RangeError);
  expect(attributes(Buffer.from([3, 0, 1, 0, 0, 0, 0, 0])).size).toBe(0);
  expect(attributes(Buffer.from([200, 0, 1, 0, 0, 0, 0, 0])).size).toBe(0);
});

test.for(["eth0", "$(reboot)", "eth+", "größe", "日本"])("the name %j is UTF-8 both ways", (name) => {
  expect(decodeText(Buffer.from(`${name}\0`))).toBe(name);
  expect(encodeText(name)).toEqual(Buffer.from(name));
});

test("a name that is not UTF-8 survives the way to a string and back", () => {
  const bytes = Buffer.from([0x65, 0xff, 0xfe, 0x30, 0x80]);
  expect(decodeText(bytes)).toBe("e\udcff\udcfe0\udc80");
  expect(encodeText(decodeText(bytes))).toEqual(bytes);
});

test("prefixes and MAC addresses", () => {
  expect(prefixOf("10.0.0.0/8")).toEqual({ family: 2, bytes: Buffer.from([10, 0, 0, 0]), length: 8 });
  expect(prefixOf("fd00::1").length).toBe(128);
  expect(macText(macBytes("02:42:ac:11:00:02"))).toBe("02:42:ac:11:00:02");
});
