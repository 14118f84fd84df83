"use client";

import { Badge, Kbd, Text } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import Link from "next/link";
import { useActor } from "#components/api/session.tsx";
import { openCommandPalette } from "./command-palette.tsx";
import styles from "./frame.module.css";
import { Mark } from "./mark.tsx";
import { Pulse } from "./pulse.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";
import { useHostName } from "./use-host-name.ts";
import { UserMenu } from "./user-menu.tsx";

export function TopBar() {
  const { role } = useActor();
  const host = useHostName();
  return (
    <header className={styles.topBar}>
      <Link
        href="/topology"
        aria-label="Patchbay, to the topology"
        style={{ color: "inherit", textDecoration: "none" }}
      >
        <Mark />
      </Link>
      <Text className={styles.hideNarrow} size="sm" c="dimmed" truncate maw={220} title="The host you are looking at">
        {host}
      </Text>
      <Pulse />
      <span style={{ flex: 1 }} />
      <button type="button" className={styles.search} onClick={openCommandPalette} title="Search or run a command">
        <IconSearch size={15} aria-hidden />
        <span className={styles.hideNarrow}>Search or run a command</span>
        <Kbd size="xs" className={styles.hideNarrow}>
          Ctrl K
        </Kbd>
      </button>
      <Badge
        className={styles.hideNarrow}
        variant="outline"
        color="ink"
        radius="sm"
        tt="none"
        title={roleTitles[role]}
        style={{ color: "var(--text)" }}
      >
        {role}
      </Badge>
      <ThemeSwitch />
      <UserMenu />
    </header>
  );
}

const roleTitles = {
  viewer: "You can look at everything and change nothing",
  operator: "You can edit the topology",
  admin: "You can edit the topology, adopt what others have made and manage users",
};
