"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useActor } from "#components/api/session.tsx";
import styles from "./frame.module.css";
import { places } from "./navigation.ts";

export function Rail() {
  const path = usePathname();
  const { role } = useActor();
  return (
    <nav className={styles.rail} aria-label="Main">
      {places
        .filter((place) => !place.admin || role === "admin")
        .map(({ href, label, icon: Icon }) => (
          <Link key={href} href={href} className={styles.place} aria-current={path === href ? "page" : undefined}>
            <Icon size={20} stroke={1.6} aria-hidden />
            {label}
          </Link>
        ))}
    </nav>
  );
}
