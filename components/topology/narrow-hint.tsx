"use client";

import { Anchor, Text } from "@mantine/core";
import { Panel } from "@xyflow/react";
import Link from "next/link";
import styles from "./topology.module.css";

/** Where there is no room to draw, the canvas is for looking; the tables do everything. */
export function NarrowHint() {
  return (
    <Panel position="top-left" className={styles.narrow}>
      <Text size="xs">
        Too narrow to draw: look around here, edit under{" "}
        <Anchor component={Link} href="/networks" inherit underline="always">
          Networks
        </Anchor>{" "}
        and{" "}
        <Anchor component={Link} href="/sandboxes" inherit underline="always">
          Sandboxes
        </Anchor>
        .
      </Text>
    </Panel>
  );
}
