import ipaddr from "ipaddr.js";

/** Addresses as text and as the bytes netlink carries. */
export const AF_INET = 2;
export const AF_INET6 = 10;

export const ipBytes = (text: string): Buffer => Buffer.from(ipaddr.parse(text).toByteArray());

/** RFC 5952 form for IPv6. */
export const ipText = (bytes: Buffer): string => ipaddr.fromByteArray([...bytes]).toString();

export const macBytes = (text: string): Buffer => Buffer.from(text.replaceAll(":", ""), "hex");

export const macText = (bytes: Buffer): string => bytes.toString("hex").replace(/..(?!$)/g, "$&:");

export interface Prefix {
  family: typeof AF_INET | typeof AF_INET6;
  bytes: Buffer;
  length: number;
}

/** Parses "172.17.0.2/16"; an address alone has the full length. */
export function prefixOf(text: string): Prefix {
  const [address = "", length] = text.split("/");
  const bytes = ipBytes(address);
  return {
    family: bytes.length === 4 ? AF_INET : AF_INET6,
    bytes,
    length: length === undefined ? bytes.length * 8 : Number(length),
  };
}
