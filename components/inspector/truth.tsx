"use client";

import { Loader, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { sentence, troubleOf } from "#components/api/trouble.ts";
import styles from "./truth.module.css";

interface TruthProps<T> {
  query: { data: T | undefined; error: unknown };
  /** What is being done while there is no answer yet: "Reading the routes". */
  waiting: string;
  children: (data: T) => ReactNode;
}

/** What the daemon has found out, or is about to, or why it has not. */
export function Truth<T>({ query: { data, error }, waiting, children }: TruthProps<T>) {
  return (
    <>
      {error !== null && <Remark>{sentence(troubleOf(error).message)}.</Remark>}
      {data === undefined && error === null && (
        <Loader type="dots" size="sm" aria-label={waiting} role="status" style={{ display: "flex" }} />
      )}
      {data !== undefined && children(data)}
    </>
  );
}

/** Said in place of what is not there. */
export function Remark({ children }: { children: ReactNode }) {
  return (
    <Text size="sm" c="dimmed" mt={6}>
      {children}
    </Text>
  );
}

/** A table for the width of the inspector; its caption is its name. */
export function TruthTable({
  caption,
  columns,
  children,
}: {
  caption: string;
  columns: string[];
  children: ReactNode;
}) {
  return (
    <table className={styles.table}>
      <caption>{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
