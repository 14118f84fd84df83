import { formatExposure, formatRange, isLoopback, type Publication } from "#cnm/ports.ts";

/** A published port on a card: few letters, and all of it for whoever points at it. */
export interface PortChip {
  text: string;
  title: string;
  /** Only programs of the host reach it. */
  local: boolean;
}

/** As many chips as fit on one line of a card, and what is behind "+3"; null where nothing is left out. */
export interface PortLine {
  chips: PortChip[];
  more: PortChip | null;
}

/** One line of a card in pixels, a letter of a chip, and what a chip has besides letters. */
const line = 194;
const letter = 6.4;
const around = 14;
const moreWidth = 30;

/** "8080→80", "53→53/udp", "lo 8080→80": what is not said is TCP, on every address of the host. */
export function portChip(publication: Publication): PortChip {
  const { hostAddress, hostPort, port, count, protocol } = publication;
  const local = hostAddress !== null && isLoopback(hostAddress);
  const ports = `${formatRange(hostPort, count)}→${formatRange(port, count)}`;
  const host = hostAddress?.includes(":") ? `[${hostAddress}]` : (hostAddress ?? "any address");
  return {
    text: `${local ? "lo " : ""}${ports}${protocol === "tcp" ? "" : `/${protocol}`}`,
    title: `${host}, port ${formatRange(hostPort, count)} → ${formatExposure(publication)}${local ? ", from this host only" : ""}`,
    local,
  };
}

export function portLine(publications: readonly Publication[]): PortLine | null {
  if (publications.length === 0) return null;
  const all = [...publications].sort((a, b) => a.hostPort - b.hostPort).map(portChip);
  const whole = fitting(all, line);
  const some = fitting(all, line - moreWidth);
  const chips = whole.length === all.length ? all : some.length > 0 ? some : all.slice(0, 1);
  const rest = all.filter((chip) => !chips.includes(chip));
  return {
    chips,
    more:
      rest.length > 0
        ? { text: `+${rest.length}`, title: rest.map(({ title }) => title).join("\n"), local: false }
        : null,
  };
}

/** The chips that fit into the width beside each other; one that is too long leaves its place to shorter ones. */
function fitting(chips: readonly PortChip[], width: number): PortChip[] {
  let left = width;
  return chips.filter(({ text }) => {
    const needed = text.length * letter + around;
    if (needed > left) return false;
    left -= needed;
    return true;
  });
}
