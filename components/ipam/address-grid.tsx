"use client";

import { type KeyboardEvent, useRef, useState } from "react";
import styles from "./ipam.module.css";
import { type Cell, moveOnGrid } from "./subnets.ts";

interface AddressGridProps {
  label: string;
  /** What choosing a cell does, shown while none is looked at. */
  hint: string;
  cells: readonly Cell[];
  choose: (at: number) => void;
}

const columns = 16;

/** Cells in rows of 16; one Tab stop, arrows walk. What the pointer or the keyboard is on is told below the grid. */
export function AddressGrid({ label, hint, cells, choose }: AddressGridProps) {
  const [stop, setStop] = useState(0);
  const [looked, setLooked] = useState<number | null>(null);
  const grid = useRef<HTMLFieldSetElement>(null);
  const walk = (event: KeyboardEvent) => {
    const to = moveOnGrid(event.key, stop, { count: cells.length, columns });
    if (to === null) return;
    event.preventDefault();
    grid.current?.querySelector<HTMLElement>(`[data-at="${to}"]`)?.focus();
  };
  const rows = Array.from({ length: Math.ceil(cells.length / columns) }, (_, row) => row * columns);
  return (
    <>
      <fieldset ref={grid} className={styles.grid} aria-label={label} onKeyDown={walk}>
        {rows.map((first) => (
          <div key={first} className={styles.gridRow}>
            <span className={styles.rowLabel} aria-hidden>
              {cells[first]?.key.split("/")[0]}
            </span>
            {cells.slice(first, first + columns).map((cell, offset) => {
              const at = first + offset;
              return (
                <button
                  key={cell.key}
                  type="button"
                  className={styles.cell}
                  data-at={at}
                  data-use={cell.use}
                  tabIndex={at === Math.min(stop, cells.length - 1) ? 0 : -1}
                  aria-label={cell.name}
                  onFocus={() => {
                    setStop(at);
                    setLooked(at);
                  }}
                  onMouseEnter={() => setLooked(at)}
                  onMouseLeave={() => setLooked(null)}
                  onBlur={() => setLooked(null)}
                  onClick={() => choose(at)}
                >
                  {cell.mark}
                  {cell.share !== undefined && cell.mark !== "" && (
                    <span className={styles.share} style={{ width: `max(3px, ${cell.share * 100}%)` }} />
                  )}
                </button>
              );
            })}
          </div>
        ))}
      </fieldset>
      <p className={styles.readout} aria-hidden>
        {(looked !== null && cells[looked]?.name) || `Point at a cell, or walk with the arrow keys; ${hint}.`}
      </p>
    </>
  );
}
