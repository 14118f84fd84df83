import { Badge, Group, Title } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./inspector.module.css";

/** A part of the inspector under a title, with how many there are of what it lists. */
export function Section({ title, count, children }: { title: string; count?: number; children: ReactNode }) {
  return (
    <section className={styles.section} aria-label={title}>
      <Group gap={6} mb={6}>
        <Title order={3} size="h6">
          {title}
        </Title>
        {count !== undefined && (
          <Badge size="sm" variant="default" tt="none">
            {count}
          </Badge>
        )}
      </Group>
      {children}
    </section>
  );
}
