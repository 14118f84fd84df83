/** What the definitions share of drivers that have one network, which is there from the start, and no interfaces. */
export const predefinedOnly = {
  scope: "local",
  connectivityScope: "local",
  creatable: false,
  hasPools: false,
  hasInterface: false,
  interfacePrefix: () => "",
  maxEndpoints: Number.POSITIVE_INFINITY,
  labels: [],
} as const;
