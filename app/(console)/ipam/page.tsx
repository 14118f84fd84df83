import type { Metadata } from "next";
import { Ipam } from "#components/ipam/ipam.tsx";

export const metadata: Metadata = { title: "IPAM" };

export default function IpamPage() {
  return <Ipam />;
}
