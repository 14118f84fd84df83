"use client";

import { useState } from "react";
import styles from "./firewall.module.css";

/** A number in a place of fixed width that lights up for a moment when it has grown. */
export function Counter({ value, text, unit }: { value: number; text: string; unit: string }) {
  const [last, setLast] = useState(value);
  const [grown, setGrown] = useState(0);
  if (value !== last) {
    setLast(value);
    if (value > last) setGrown(grown + 1);
  }
  return (
    <span key={grown} className={styles.counter} data-grown={grown > 0 || undefined} title={`${value} ${unit}`}>
      {text}
    </span>
  );
}
