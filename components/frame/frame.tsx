"use client";

import type { ReactNode } from "react";
import { CommandPalette } from "./command-palette.tsx";
import styles from "./frame.module.css";
import { Rail } from "./rail.tsx";
import { StaleBanner } from "./stale-banner.tsx";
import { TopBar } from "./top-bar.tsx";

/** Top bar, rail and the page; the page scrolls by itself, so that bar and rail never move. */
export function Frame({ children }: { children: ReactNode }) {
  return (
    <div className={styles.frame}>
      <a href="#main" className="skip-link">
        Skip to the content
      </a>
      <TopBar />
      <Rail />
      <main id="main" className={styles.main} tabIndex={-1}>
        <StaleBanner />
        {children}
      </main>
      <CommandPalette />
    </div>
  );
}
