import type { SeenRoute } from "#cnm/route.ts";
import { protocol } from "./names.ts";
import { decodeLink, dumpLinks } from "./netlink/link.ts";
import { decodeRoute, dumpRoutes } from "./netlink/route.ts";
import type { Namespace } from "./objects.ts";
import { Session } from "./session.ts";

/** linux/rtnetlink.h: RTPROT_KERNEL. */
const RTPROT_KERNEL = 2;

/** The main table of a namespace, ours and others', as ip-route(8) lists it. Throws ENOENT where there is no such namespace. */
export function routesIn(directory: string, ns: Namespace): SeenRoute[] {
  const session = new Session(directory);
  try {
    const socket = session.socket(ns);
    const names = new Map(
      socket.dump(dumpLinks()).map((payload) => [decodeLink(payload).index, decodeLink(payload).name]),
    );
    const routes = socket.dump(dumpRoutes()).map(decodeRoute);
    return routes.flatMap(({ family, dst: destination, via, index, protocol: by, metric, plain }) => {
      const device = names.get(index);
      if (!plain || device === undefined) return [];
      const origin = by === protocol ? "patchbay" : by === RTPROT_KERNEL ? "kernel" : "other";
      return { family, destination, via, device, metric, origin };
    });
  } finally {
    session.close();
  }
}
