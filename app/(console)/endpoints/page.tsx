import type { Metadata } from "next";
import { Endpoints } from "#components/tables/endpoints.tsx";

export const metadata: Metadata = { title: "Endpoints" };

export default function EndpointsPage() {
  return <Endpoints />;
}
