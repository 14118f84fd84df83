import type { Metadata } from "next";
import { Ports } from "#components/tables/ports.tsx";

export const metadata: Metadata = { title: "Ports" };

export default function PortsPage() {
  return <Ports />;
}
