import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import styles from "./card.module.css";
import { useCableRole, useGesture } from "./gesture.tsx";
import type { Status } from "./status.ts";
import { StatusGlyph } from "./status-glyph.tsx";

/** What the cards of networks and sandboxes have in common: a frame that answers to gestures, and a line with glyph and name. */
export interface CardProps {
  id: string;
  kind: "network" | "sandbox";
  /** The driver whose colour the card has. */
  driver?: string;
  name: string;
  icon: Icon;
  status: Status;
  problem: string | null;
  selected: boolean;
  /** Between the name and the status. */
  tags: ReactNode;
  children: ReactNode;
}

export function Card({ id, kind, driver, name, icon: Glyph, status, problem, selected, tags, children }: CardProps) {
  const role = useCableRole(id);
  const moving = useGesture((gesture) => gesture.moving === id);
  return (
    <div
      className={styles.card}
      data-kind={kind}
      data-driver={driver}
      data-status={status}
      data-selected={selected || undefined}
      data-role={role}
      data-moving={moving || undefined}
      title={problem ?? undefined}
    >
      <div className={styles.head}>
        <span className={styles.glyph}>
          <Glyph size={16} stroke={1.7} aria-hidden />
        </span>
        <span className={styles.name}>{name}</span>
        {tags}
        <StatusGlyph status={status} />
      </div>
      {children}
    </div>
  );
}
