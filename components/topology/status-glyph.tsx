"use client";

import { useLive } from "#components/live/live-provider.tsx";
import type { Status } from "./status.ts";

/** State as a shape as well as a colour: a dot, a broken ring, a cross; an empty ring while nobody knows whether it is still so. */
export function StatusGlyph({ status: seen }: { status: Status }) {
  const stale = useLive((live) => live.link !== "live");
  const status = stale ? "unknown" : seen;
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" className={`status-glyph status-${status}`}>
      {status === "up" && <circle cx="6" cy="6" r="4" fill="currentColor" />}
      {status === "applying" && (
        <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="2" strokeDasharray="4 2.3" />
      )}
      {status === "failed" && (
        <path d="M2.5 2.5l7 7m0-7l-7 7" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />
      )}
      {status === "unknown" && <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.6" />}
    </svg>
  );
}
