/** What the host's network has that a subnet must keep away from; explicit subnets must not overlap the routes either. */
export interface HostFacts {
  /** Destinations of on-link routes that are not Patchbay's, with the device. */
  onLinkRoutes: { subnet: string; dev: string }[];
  /** Addresses of the host's name servers. */
  nameservers: string[];
}

/** What a pure function has to be told about the host it decides for. */
export interface Facts extends HostFacts {
  /** Tells hosts apart: the ULA prefix of automatic IPv6 subnets comes from it. */
  hostId: string;
  /** Driver name → why this kernel cannot serve it. */
  unsupported: Record<string, string>;
}

/** Nothing is known: for tests and for previews in the browser. */
export const emptyFacts: Facts = { onLinkRoutes: [], nameservers: [], hostId: "", unsupported: {} };
