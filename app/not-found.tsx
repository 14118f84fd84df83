import Link from "next/link";
import { AuthCard } from "#components/auth/auth-card.tsx";

export default function NotFound() {
  return (
    <AuthCard title="There is no such page" lead="The address may have been mistyped, or the page is gone.">
      <Link href="/topology">To the topology</Link>
    </AuthCard>
  );
}
