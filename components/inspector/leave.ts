/** Escape leaves a form and not the inspector around it. */
export function leaveOnEscape(leave: () => void) {
  return (event: { key: string; preventDefault(): void; stopPropagation(): void }) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    leave();
  };
}
