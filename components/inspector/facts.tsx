"use client";

import { ActionIcon, Button, type ButtonProps, CopyButton, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { Fragment, type ReactNode, type Ref } from "react";
import type { Verdict } from "#cnm/errors.ts";
import { sentence } from "#components/api/trouble.ts";
import styles from "./inspector.module.css";

/** One fact; a null value is left out, `mono` is for what the kernel or a command line would say. */
export interface Fact {
  label: string;
  value: ReactNode;
  mono?: boolean;
  /** Text to copy, where that is of use. */
  copy?: string;
}

export function Facts({ facts }: { facts: (Fact | null)[] }) {
  return (
    <dl className={styles.facts}>
      {facts
        .filter((fact) => fact !== null && fact.value !== null && fact.value !== "" && fact.value !== undefined)
        .map((fact) => fact && <FactRow key={fact.label} {...fact} />)}
    </dl>
  );
}

function FactRow({ label, value, mono, copy }: Fact) {
  return (
    <Fragment>
      <dt>{label}</dt>
      <dd className={mono ? "mono" : undefined}>
        {value}
        {copy && <Copy text={copy} label={label} />}
      </dd>
    </Fragment>
  );
}

export function Copy({ text, label }: { text: string; label: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <ActionIcon
          variant="subtle"
          size={24}
          ml={4}
          onClick={copy}
          aria-label={copied ? `${label} copied` : `Copy ${label}`}
          style={{ verticalAlign: "middle" }}
        >
          {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
        </ActionIcon>
      )}
    </CopyButton>
  );
}

/** A button that, where it cannot be used, says why instead of being silently grey. */
export function ActionButton({ verdict, icon, onClick, children, ...button }: ActionProps) {
  const reason = verdict.ok
    ? ""
    : [verdict.message, verdict.lift]
        .filter(Boolean)
        .map((text) => sentence(text ?? ""))
        .join(". ");
  return (
    <Tooltip
      label={reason}
      disabled={verdict.ok}
      multiline
      maw={280}
      events={{ hover: true, focus: true, touch: true }}
    >
      <Button
        variant="default"
        size="xs"
        leftSection={icon}
        {...button}
        data-disabled={!verdict.ok || undefined}
        aria-disabled={!verdict.ok || undefined}
        onClick={() => verdict.ok && onClick()}
      >
        {children}
      </Button>
    </Tooltip>
  );
}

interface ActionProps extends Pick<ButtonProps, "size"> {
  ref?: Ref<HTMLButtonElement>;
  verdict: Verdict;
  icon?: ReactNode;
  onClick: () => void;
  "aria-label"?: string;
  children: ReactNode;
}

/** "20 Nov 2026, 21:14:03" in the reader's own time and language. */
export function localTime(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}
