import type { AddressUse } from "#cnm/address-map.ts";
import styles from "./ipam.module.css";

const entries: { use: AddressUse["kind"]; mark: string; words: string }[] = [
  { use: "endpoint", mark: "●", words: "used by an endpoint" },
  { use: "gateway", mark: "G", words: "gateway" },
  { use: "auxiliary", mark: "A", words: "auxiliary: kept for others" },
  { use: "network", mark: "N", words: "network address" },
  { use: "broadcast", mark: "B", words: "broadcast address" },
  { use: "free", mark: "", words: "free" },
  { use: "outside", mark: "", words: "free, but outside the ip-range" },
];

type LegendProps = { uses: ReadonlySet<AddressUse["kind"]>; blocks?: false } | { blocks: true };

/** What the marks and patterns of the grid mean; only those that can be seen. */
export function Legend(props: LegendProps) {
  if (props.blocks)
    return (
      <ul className={styles.legend}>
        <li>
          <span className={styles.cell} data-use="block" aria-hidden>
            12
            <span className={styles.share} style={{ width: "40%" }} />
          </span>
          addresses used, and their share of the block
        </li>
        <li>
          <span className={styles.cell} data-use="block" aria-hidden />
          none used
        </li>
        <li>
          <span className={styles.cell} data-use="outside" aria-hidden />
          wholly outside the ip-range
        </li>
      </ul>
    );
  return (
    <ul className={styles.legend}>
      {entries
        .filter(({ use }) => props.uses.has(use))
        .map(({ use, mark, words }) => (
          <li key={use}>
            <span className={styles.cell} data-use={use} aria-hidden>
              {mark}
            </span>
            {words}
          </li>
        ))}
    </ul>
  );
}
