import { AF_INET, AF_INET6, ipBytes, ipText, prefixOf } from "./ip.ts";
import { attributes, MessageWriter, NLM_F_CREATE, NLM_F_DUMP, NLM_F_REPLACE } from "./message.ts";

/** Routes over rtnetlink(7): linux/rtnetlink.h. Only the main table and unicast routes. */
const RTM_NEWROUTE = 24;
const RTM_DELROUTE = 25;
const RTM_GETROUTE = 26;
const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PRIORITY = 6;
const RTA_VIA = 18;
const RTA_MULTIPATH = 9;
const RT_TABLE_MAIN = 254;
const RT_SCOPE_UNIVERSE = 0;
const RT_SCOPE_LINK = 253;
const RT_SCOPE_NOWHERE = 255;
const RTN_UNICAST = 1;
const structLength = 12;

export interface Route {
  family: 4 | 6;
  /** "default" or a subnet. */
  dst: string;
  via: string | null;
  /** Index of the device. */
  index: number;
}

export interface RouteInfo extends Route {
  protocol: number;
  /** The lowest is preferred. */
  metric: number;
  /** A unicast route of the main table with one next hop: the only kind that we make. */
  plain: boolean;
  /** Of the main table, whatever its kind. */
  main: boolean;
}

export function replaceRoute(route: Route, protocol: number): Buffer {
  // As iproute2 does: an IPv4 route without a gateway is valid on the link only; IPv6 knows no scopes here.
  const scope = route.family === 4 && route.via === null ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  return routeMessage(RTM_NEWROUTE, route, { flags: NLM_F_CREATE | NLM_F_REPLACE, protocol, scope });
}

/** Only a route of our protocol matches. */
export function deleteRoute(route: Route, protocol: number): Buffer {
  return routeMessage(RTM_DELROUTE, route, { flags: 0, protocol, scope: RT_SCOPE_NOWHERE });
}

export function dumpRoutes(): Buffer {
  return new MessageWriter(RTM_GETROUTE, NLM_F_DUMP).struct(structLength, () => {}).bytes();
}

export function decodeRoute(payload: Buffer): RouteInfo {
  const found = attributes(payload, structLength);
  const dst = found.get(RTA_DST);
  const via = found.get(RTA_GATEWAY);
  return {
    family: payload.readUInt8(0) === AF_INET6 ? 6 : 4,
    dst: dst ? `${ipText(dst)}/${payload.readUInt8(1)}` : "default",
    via: via ? ipText(via) : null,
    index: found.get(RTA_OIF)?.readUInt32LE(0) ?? 0,
    protocol: payload.readUInt8(5),
    metric: found.get(RTA_PRIORITY)?.readUInt32LE(0) ?? 0,
    plain:
      payload.readUInt8(4) === RT_TABLE_MAIN &&
      payload.readUInt8(7) === RTN_UNICAST &&
      !found.has(RTA_MULTIPATH) &&
      !found.has(RTA_VIA),
    main: payload.readUInt8(4) === RT_TABLE_MAIN,
  };
}

function routeMessage(
  type: number,
  { family, dst, via, index }: Route,
  { flags, protocol, scope }: { flags: number; protocol: number; scope: number },
): Buffer {
  const prefix = dst === "default" ? null : prefixOf(dst);
  const message = new MessageWriter(type, flags).struct(structLength, (bytes) => {
    bytes.writeUInt8(family === 4 ? AF_INET : AF_INET6, 0);
    bytes.writeUInt8(prefix?.length ?? 0, 1);
    bytes.writeUInt8(RT_TABLE_MAIN, 4);
    bytes.writeUInt8(protocol, 5);
    bytes.writeUInt8(scope, 6);
    bytes.writeUInt8(RTN_UNICAST, 7);
  });
  if (prefix) message.attribute(RTA_DST, prefix.bytes);
  if (via !== null) message.attribute(RTA_GATEWAY, ipBytes(via));
  return message.u32(RTA_OIF, index).bytes();
}
