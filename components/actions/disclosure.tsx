"use client";

import { Button, Collapse } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { ReactNode } from "react";

/** A part of a form that is out of the way until it is asked for. */
export function Disclosure({ more, fewer, children }: { more: string; fewer: string; children: ReactNode }) {
  const [open, { toggle }] = useDisclosure();
  return (
    <>
      <Button
        variant="subtle"
        size="compact-xs"
        onClick={toggle}
        aria-expanded={open}
        style={{ alignSelf: "flex-start" }}
      >
        {open ? fewer : more}
      </Button>
      <Collapse expanded={open}>{children}</Collapse>
    </>
  );
}
