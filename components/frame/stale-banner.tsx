"use client";

import { useLive } from "#components/live/live-provider.tsx";
import styles from "./frame.module.css";
import { useAge } from "./pulse.tsx";

/** Says at once when what is shown may no longer be true, and how old it is. */
export function StaleBanner() {
  const stale = useLive((live) => live.link === "stale");
  return stale ? <Banner /> : null;
}

function Banner() {
  const age = useAge();
  return (
    <div className={styles.banner}>
      <strong role="alert">The daemon is not reachable.</strong>
      <span>
        Reconnecting; the view is {Math.round(age)} s old. Networks and sandboxes keep working, edits are refused.
      </span>
    </div>
  );
}
