import { Group, Text } from "@mantine/core";

/** Two patched sockets of four, and the name. */
export function Mark({ size = 22, nameless }: { size?: number; nameless?: boolean }) {
  return (
    <Group gap={8} wrap="nowrap">
      <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="7" fill="#18212f" />
        <path d="M9 21.5C9 12 23 20 23 10.5" fill="none" stroke="#5eead4" strokeWidth="2.5" strokeLinecap="round" />
        <circle cx="9" cy="22" r="3.4" fill="#f8fafc" />
        <circle cx="23" cy="10" r="3.4" fill="#f8fafc" />
        <circle cx="9" cy="10" r="2.2" fill="#64748b" />
        <circle cx="23" cy="22" r="2.2" fill="#64748b" />
      </svg>
      {!nameless && (
        <Text fw={650} size="md" style={{ letterSpacing: "-0.01em" }}>
          Patchbay
        </Text>
      )}
    </Group>
  );
}
