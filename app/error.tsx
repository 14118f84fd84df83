"use client";

import { Button } from "@mantine/core";
import { AuthCard } from "#components/auth/auth-card.tsx";

export default function ErrorPage({ reset }: { error: Error; reset: () => void }) {
  return (
    <AuthCard title="This page failed" lead="A bug in the console. Networks and sandboxes are not affected.">
      <Button onClick={reset}>Try again</Button>
    </AuthCard>
  );
}
