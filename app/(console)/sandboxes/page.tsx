import type { Metadata } from "next";
import { Sandboxes } from "#components/tables/sandboxes.tsx";

export const metadata: Metadata = { title: "Sandboxes" };

export default function SandboxesPage() {
  return <Sandboxes />;
}
