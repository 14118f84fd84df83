import type { Metadata } from "next";
import { Firewall } from "#components/firewall/firewall.tsx";

export const metadata: Metadata = { title: "Firewall" };

export default function FirewallPage() {
  return <Firewall />;
}
