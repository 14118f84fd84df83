/** How long a movement of the view takes, in milliseconds: no time at all for people who want no motion. */
export function motion(ms: number): number {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : ms;
}
