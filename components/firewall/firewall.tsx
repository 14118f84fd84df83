"use client";

import { Alert, Center, Group, Loader, NativeSelect, Text, TextInput, Title } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { chainsOf, type FirewallFamily, type FirewallState, isNearlyFull } from "#cnm/firewall.ts";
import { sentence, troubleOf } from "#components/api/trouble.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { Inspector } from "#components/inspector/inspector.tsx";
import { useTopology } from "#components/live/live-provider.tsx";
import { Chain } from "./chain.tsx";
import styles from "./firewall.module.css";
import { Guard } from "./guard.tsx";
import { ownersOf, shownRules } from "./rules.ts";
import { UserChain } from "./user-chain.tsx";

const pollMs = 2000;

/** Every rule that networks and ports have made, in words and in iptables', with what it counts while it is looked at. */
export function Firewall() {
  const trpc = useTRPC();
  // A page that is not visible does not ask.
  const { data, error } = useQuery(trpc.firewall.list.queryOptions(undefined, { refetchInterval: pollMs }));
  return (
    <div className={styles.page}>
      <div className={styles.content}>
        <Group gap="sm" mb={10} align="baseline">
          <Title order={1} size="h3">
            Firewall
          </Title>
          {data?.families.map((family) => (
            <FamilyNote key={family.family} {...family} />
          ))}
          {data?.conntrack && (
            <Text size="sm" c="dimmed">
              {data.conntrack.count.toLocaleString("en")} of {data.conntrack.max.toLocaleString("en")} connections
            </Text>
          )}
        </Group>
        {error && (
          <Alert color="red" mb="md" role="alert">
            {sentence(troubleOf(error).message)}
          </Alert>
        )}
        {data?.conntrack && isNearlyFull(data.conntrack) && (
          <Alert color="yellow" mb="md" role="alert" title="The table of connections is nearly full">
            When it is, new connections of the whole host are dropped. Find out who opens so many, or raise{" "}
            <code>net.netfilter.nf_conntrack_max</code>.
          </Alert>
        )}
        {!data && !error && (
          <Center p="xl">
            <Loader type="dots" aria-label="Loading the rules" role="status" />
          </Center>
        )}
        {data && <Body state={data} />}
      </div>
      <Inspector />
    </div>
  );
}

function FamilyNote({ family, flavour }: FirewallFamily) {
  return (
    <Text size="sm" c="dimmed">
      IPv{family}: {flavour ? `iptables (${flavour})` : "none"}
    </Text>
  );
}

function Body({ state: { families, rules, guard } }: { state: FirewallState }) {
  const topology = useTopology();
  const [filter, setFilter] = useState({ owner: "", text: "" });
  const owners = useMemo(() => ownersOf(rules, topology), [rules, topology]);
  const shown = useMemo(() => {
    const found = shownRules(rules, filter, topology);
    const told = new Map(found.map((one) => [one.rule, one]));
    return chainsOf(found.map(({ rule }) => rule)).map((chain) => ({
      ...chain,
      rules: chain.rules.flatMap((rule) => told.get(rule) ?? []),
    }));
  }, [rules, filter, topology]);
  const works = families.some(({ flavour }) => flavour);
  return (
    <>
      <Missing families={families} />
      {works && <UserChain />}
      {rules.length > 0 && (
        <Group gap="xs" mb="sm" role="search" aria-label="Filter the rules">
          <NativeSelect
            size="xs"
            w={200}
            aria-label="Owner"
            value={filter.owner}
            data={[{ value: "", label: "of everybody" }, ...owners]}
            onChange={(event) => setFilter({ ...filter, owner: event.currentTarget.value })}
          />
          <TextInput
            size="xs"
            w={240}
            placeholder="Filter"
            aria-label="Filter rules"
            leftSection={<IconSearch size={14} aria-hidden />}
            value={filter.text}
            onChange={(event) => setFilter({ ...filter, text: event.currentTarget.value })}
          />
        </Group>
      )}
      {works && rules.length === 0 && (
        <Text p="xl" ta="center" size="sm" c="dimmed">
          There is no rule yet. Bridge networks and published ports make them.
        </Text>
      )}
      {rules.length > 0 && shown.length === 0 && (
        <Text p="xl" ta="center" size="sm" c="dimmed">
          Nothing fits the filter.
        </Text>
      )}
      {shown.map((chain) => (
        <Chain key={`${chain.family} ${chain.table} ${chain.chain}`} {...chain} />
      ))}
      {guard.length > 0 && <Guard counts={guard} />}
    </>
  );
}

/** Why there is no firewall, and what that means. */
function Missing({ families }: { families: FirewallFamily[] }) {
  const missing = families.filter(({ flavour }) => !flavour);
  if (missing.length === 0) return null;
  return (
    <Alert
      variant="default"
      mb="sm"
      p="sm"
      title={
        missing.length === families.length ? "There is no firewall" : `There is no IPv${missing[0]?.family} firewall`
      }
    >
      {missing.map(({ family, reason }) => (
        <Text size="sm" key={family}>
          IPv{family}: {reason}
        </Text>
      ))}
      <Text size="sm" mt={4}>
        Where there is none, Patchbay translates, publishes, drops and isolates nothing.
      </Text>
    </Alert>
  );
}
