import { type Address, addressBytes } from "./cidr.ts";
import { bad, good, type Parsed } from "./parsed.ts";
import { quote } from "./text.ts";

/** A unicast Ethernet address as lower-case, colon-separated text. */
export function parseMac(text: string): Parsed<string> {
  const mac = text.toLowerCase();
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac))
    return bad(
      `${quote(text)} is not a MAC address; it has six pairs of hexadecimal digits, such as 02:42:ac:11:00:02`,
    );
  if (mac === "00:00:00:00:00:00") return bad("the MAC address of an interface cannot be all zero");
  if (Number.parseInt(mac.slice(0, 2), 16) & 1)
    return bad(`${mac} is a multicast address; an interface has a unicast one, whose first number is even`);
  return good(mac);
}

/** 02:42 (locally administered, as Docker has it) and the last four bytes of the address. */
export function macOfAddress(address: Address): string {
  const bytes = [0x02, 0x42, ...addressBytes(address).slice(-4)];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/** The first MAC from the address's own upwards that is not taken. */
export function freeMac(address: Address, taken: ReadonlySet<string>): string {
  let mac = macOfAddress(address);
  for (let value = address.value + 1n; taken.has(mac); value += 1n)
    mac = macOfAddress({ family: address.family, value });
  return mac;
}
