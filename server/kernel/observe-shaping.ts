import { isOurGroup, qdiscMajor } from "./names.ts";
import type { LinkInfo } from "./netlink/link.ts";
import { decodeQdisc, decodeRedirect, dumpQdiscs, dumpRedirects } from "./netlink/qdisc.ts";
import type { NetlinkSocket } from "./netlink/socket.ts";
import type { IngressObject, Namespace, RedirectObject, ShaperObject } from "./objects.ts";

/** Our token buckets of one namespace, and what is redirected on links of ours. */
export function shaping(
  socket: NetlinkSocket,
  ns: Namespace,
  links: readonly LinkInfo[],
): (ShaperObject | IngressObject | RedirectObject)[] {
  const byIndex = new Map(links.map((link) => [link.index, link]));
  return socket
    .dump(dumpQdiscs())
    .map(decodeQdisc)
    .flatMap(({ index, kind, major, root, tbf }): (ShaperObject | IngressObject | RedirectObject)[] => {
      const link = byIndex.get(index);
      if (!link) return [];
      const { name: dev } = link;
      if (root && tbf && major === qdiscMajor) return [{ kind: "shaper", ns, dev, ...tbf }];
      if (kind !== "ingress" || !isOurGroup(link.group)) return [];
      const targets = socket.dump(dumpRedirects(index)).flatMap((payload) => decodeRedirect(payload) ?? []);
      const redirects = targets.map(
        (target): RedirectObject => ({ kind: "redirect", ns, dev, to: byIndex.get(target)?.name ?? "" }),
      );
      return [{ kind: "ingress", ns, dev }, ...redirects];
    });
}
