/** Filtering and sorting of a table's rows. Pure. */

export interface Column<Row> {
  key: string;
  label: string;
  /** What the row is sorted and found by. */
  value: (row: Row) => string | number;
}

export interface Sort {
  column: string;
  descending: boolean;
}

interface View<Row> {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  filter: string;
  sort: Sort;
}

/** The rows that hold every word of the filter in some column, in order; numbers inside texts count as numbers. */
export function shownRows<Row>({ rows, columns, filter, sort }: View<Row>): Row[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const found = rows.filter((row) => {
    const text = columns.map(({ value }) => String(value(row)).toLowerCase()).join("\n");
    return words.every((word) => text.includes(word));
  });
  const by = columns.find(({ key }) => key === sort.column);
  if (!by) return found;
  const direction = sort.descending ? -1 : 1;
  return found.sort((a, b) => direction * compare(by.value(a), by.value(b)));
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function compare(a: string | number, b: string | number): number {
  return typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));
}
