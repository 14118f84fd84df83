"use client";

import { useEffect, useState } from "react";
import { useLive } from "#components/live/live-provider.tsx";
import styles from "./frame.module.css";

/** How old what is shown can be: the daemon gives a sign of life every two seconds. */
export function Pulse() {
  const link = useLive((live) => live.link);
  const age = useAge();
  const text = {
    connecting: "connecting…",
    live: `live · ${age.toFixed(1)} s`,
    stale: "not live",
    "signed-out": "signed out",
  };
  return (
    <span className={styles.pulse} data-link={link} title="Time since the daemon's last sign of life">
      <i aria-hidden />
      {text[link]}
    </span>
  );
}

/** Seconds since the last sign of life; ticks twice a second. */
export function useAge(): number {
  const beatAt = useLive((live) => live.beatAt);
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return beatAt === 0 ? 0 : Math.max(0, now - beatAt) / 1000;
}
