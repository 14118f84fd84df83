import type { Metadata } from "next";
import { Topology } from "#components/topology/topology.tsx";

export const metadata: Metadata = { title: "Topology" };

export default function TopologyPage() {
  return <Topology />;
}
