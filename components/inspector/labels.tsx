import { Badge, Group } from "@mantine/core";

export function Labels({ labels }: { labels: Record<string, string> }) {
  const entries = Object.entries(labels);
  if (entries.length === 0) return null;
  return (
    <Group gap={4} mt="xs">
      {entries.map(([key, value]) => (
        <Badge key={key} variant="default" size="sm" tt="none" radius="sm">
          {key}={value}
        </Badge>
      ))}
    </Group>
  );
}
