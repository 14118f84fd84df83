import { z } from "zod";
import type { DriverDefinition } from "./definition.ts";
import { Mtu, smallMtu } from "./mtu.ts";

/** What a point-to-point network can be told. */
export const PtpOptions = z.strictObject({ mtu: Mtu.default(1500) });
export type PtpOptions = z.infer<typeof PtpOptions>;

export const ptpDefinition: DriverDefinition<"ptp", typeof PtpOptions> = {
  name: "ptp",
  title: "Point-to-point",
  scope: "local",
  connectivityScope: "local",
  creatable: true,
  hasPools: true,
  hasInterface: true,
  interfacePrefix: () => "eth",
  maxEndpoints: 2,
  paired: true,
  options: PtpOptions,
  labels: [
    {
      label: "com.docker.network.driver.mtu",
      short: "mtu",
      key: "mtu",
      kind: "integer",
      help: "largest packet in bytes, 68 to 65535; 1500 unless given",
    },
  ],
  reservesGateway: () => false,
  conflicts: (options, { families, internal }) => [
    ...smallMtu(options, families),
    ...(internal
      ? [{ path: "internal", message: "says nothing here: a point-to-point network leads to its two ends only" }]
      : []),
  ],
};
