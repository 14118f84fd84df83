import type { Metadata } from "next";
import { Networks } from "#components/tables/networks.tsx";

export const metadata: Metadata = { title: "Networks" };

export default function NetworksPage() {
  return <Networks />;
}
