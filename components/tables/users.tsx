"use client";

import { ActionIcon, Alert, Button, Group, ScrollArea, Select, Table, Text, Title } from "@mantine/core";
import { IconKey, IconPlus, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Role, roles } from "#cnm/history.ts";
import { notifyTrouble } from "#components/api/notify.tsx";
import { useActor } from "#components/api/session.tsx";
import { sentence, troubleOf } from "#components/api/trouble.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { localTime } from "#components/inspector/facts.tsx";
import styles from "./tables.module.css";
import { type UserDialog, UserDialogs } from "./user-dialogs.tsx";

/** Who may do what. Only administrators get an answer from the daemon. */
export function Users() {
  const trpc = useTRPC();
  const { role } = useActor();
  const users = useQuery(trpc.user.list.queryOptions(undefined, { enabled: role === "admin" }));
  const [dialog, setDialog] = useState<UserDialog | null>(null);
  if (role !== "admin")
    return (
      <div className={styles.page}>
        <div className={styles.list}>
          <Title order={1} size="h3" className={styles.tools}>
            Users
          </Title>
          <Alert mx="md">Only administrators manage users.</Alert>
        </div>
      </div>
    );
  return (
    <div className={styles.page}>
      <div className={styles.list}>
        <Group className={styles.tools}>
          <Title order={1} size="h3">
            Users
          </Title>
          <Text size="sm" c="dimmed">
            {users.data?.length}
          </Text>
          <Button
            ml="auto"
            size="xs"
            leftSection={<IconPlus size={15} aria-hidden />}
            onClick={() => setDialog({ kind: "create" })}
          >
            New user
          </Button>
        </Group>
        {users.isError && (
          <Alert m="md" color="red">
            {sentence(troubleOf(users.error).message)}
          </Alert>
        )}
        <ScrollArea flex={1}>
          <Table verticalSpacing={6} horizontalSpacing="md">
            <Table.Thead>
              <Table.Tr>
                {["User name", "Name", "Role", "Created"].map((label) => (
                  <Table.Th key={label} fz="xs" c="dimmed">
                    {label}
                  </Table.Th>
                ))}
                <Table.Th fz="xs" c="dimmed" ta="right">
                  Actions
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {users.data?.map(({ username, name, role: given, createdAt }) => (
                <Table.Tr key={username}>
                  <Table.Td fw={500}>{username}</Table.Td>
                  <Table.Td>{name}</Table.Td>
                  <Table.Td>
                    <RoleSelect username={username} role={given} />
                  </Table.Td>
                  <Table.Td>{localTime(createdAt)}</Table.Td>
                  <Table.Td>
                    <Group gap={4} justify="flex-end" wrap="nowrap">
                      <ActionIcon
                        variant="subtle"
                        size={28}
                        aria-label={`Set the password of ${username}`}
                        onClick={() => setDialog({ kind: "password", username })}
                      >
                        <IconKey size={16} aria-hidden />
                      </ActionIcon>
                      <ActionIcon
                        variant="subtle"
                        size={28}
                        aria-label={`Remove ${username}`}
                        onClick={() => setDialog({ kind: "remove", username })}
                      >
                        <IconTrash size={16} aria-hidden />
                      </ActionIcon>
                    </Group>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea>
      </div>
      {dialog && <UserDialogs {...dialog} close={() => setDialog(null)} />}
    </div>
  );
}

function RoleSelect({ username, role }: { username: string; role: Role }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const change = useMutation(
    trpc.user.setRole.mutationOptions({
      onSettled: () => queries.invalidateQueries(trpc.user.list.queryFilter()),
      onError: (error) => notifyTrouble(`The role of ${username} stays`, troubleOf(error)),
    }),
  );
  return (
    <Select
      size="xs"
      w={120}
      aria-label={`Role of ${username}`}
      allowDeselect={false}
      data={[...roles]}
      value={role}
      disabled={change.isPending}
      onChange={(value) => value && value !== role && change.mutate({ username, role: value })}
    />
  );
}
