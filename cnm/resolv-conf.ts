import { formatAddress, parseAddress } from "./cidr.ts";

/** Where every resolver answers, in its sandbox. */
export const resolverAddress = "127.0.0.11";

/** The servers of a resolv.conf(5), in order and canonical; what is no address, or one of a single link, is left out. */
export function nameserversOf(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const address = /^nameserver[ \t]+(\S+)/.exec(line)?.[1] ?? "";
    const parsed = parseAddress(address);
    return parsed.ok ? [formatAddress(parsed.value)] : [];
  });
}
