import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** Blue-grey ink: buttons and links stay out of the way of the colours that mean a state. */
const ink: MantineColorsTuple = [
  "#f1f5f9",
  "#e2e8f0",
  "#cbd5e1",
  "#94a3b8",
  "#64748b",
  "#475569",
  "#334155",
  "#263244",
  "#1b2533",
  "#111927",
];
const dark: MantineColorsTuple = [
  "#dfe6ee",
  "#bcc7d4",
  "#9aa7b8",
  "#64748b",
  "#3a4656",
  "#2a3442",
  "#1d2632",
  "#151c26",
  "#10161e",
  "#0b1016",
];

export const theme = createTheme({
  colors: { ink, dark },
  primaryColor: "ink",
  primaryShade: { light: 8, dark: 5 },
  fontFamily: "var(--font-geist-sans), system-ui, sans-serif",
  fontFamilyMonospace: "var(--font-geist-mono), ui-monospace, monospace",
  headings: { fontFamily: "var(--font-geist-sans), system-ui, sans-serif", fontWeight: "600" },
  defaultRadius: "sm",
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.25rem" },
  cursorType: "pointer",
  respectReducedMotion: true,
  focusRing: "auto",
});
