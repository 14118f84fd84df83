"use client";

import { Button, Center, Loader, Text, TextInput, Title, UnstyledButton } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { usePathname, useSearchParams } from "next/navigation";
import { useMemo, useState } from "react";
import { formatCount } from "#cnm/address-map.ts";
import { Inspector } from "#components/inspector/inspector.tsx";
import { useLive, useTopology } from "#components/live/live-provider.tsx";
import { DefaultPools } from "./default-pools.tsx";
import styles from "./ipam.module.css";
import { SubnetMap } from "./subnet-map.tsx";
import { matching, type Subnet, shareOf, subnetsOf } from "./subnets.ts";

/** Which subnets and addresses are taken and which are left; the subnet looked at stands in the address. */
export function Ipam() {
  const topology = useTopology();
  const ready = useLive((live) => live.state !== null);
  const path = usePathname();
  const chosen = useSearchParams().get("subnet");
  const subnets = useMemo(() => subnetsOf(topology), [topology]);
  const shown = subnets.find(({ pool }) => pool.subnet === chosen) ?? subnets[0];
  const choose = ({ pool }: Subnet) => window.history.replaceState(null, "", `${path}?subnet=${pool.subnet}`);
  return (
    <div className={styles.page}>
      <div className={styles.content}>
        <Title order={1} size="h3" className={styles.title}>
          IPAM
        </Title>
        <DefaultPools />
        {!ready && (
          <Center p="xl">
            <Loader type="dots" aria-label="Loading the subnets" role="status" />
          </Center>
        )}
        {ready && !shown && (
          <Text p="xl" ta="center" size="sm" c="dimmed">
            No network has a subnet yet. The first one that is created gets the next default pool.
          </Text>
        )}
        {shown && (
          <div className={styles.subnets}>
            <SubnetList subnets={subnets} shown={shown} choose={choose} />
            <SubnetMap key={shown.pool.subnet} subnet={shown} />
          </div>
        )}
      </div>
      <Inspector />
    </div>
  );
}

const page = 100;

interface ListProps {
  subnets: Subnet[];
  shown: Subnet;
  choose: (subnet: Subnet) => void;
}

function SubnetList({ subnets, shown, choose }: ListProps) {
  const [filter, setFilter] = useState("");
  const [limit, setLimit] = useState(page);
  const found = matching(subnets, filter);
  return (
    <section className={styles.list} aria-label="Subnets">
      <Title order={2} size="h5">
        Subnets <span className={styles.dim}>{subnets.length}</span>
      </Title>
      {subnets.length > 8 && (
        <TextInput
          size="xs"
          my={6}
          placeholder="Filter"
          aria-label="Filter subnets"
          leftSection={<IconSearch size={14} aria-hidden />}
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
        />
      )}
      <ul className={styles.plain}>
        {found.slice(0, limit).map((subnet) => (
          <li key={subnet.pool.subnet}>
            <UnstyledButton
              className={styles.subnet}
              aria-pressed={subnet.pool.subnet === shown.pool.subnet}
              onClick={() => choose(subnet)}
            >
              <span className={styles.subnetName}>{subnet.network.name}</span>
              <span className="mono">{subnet.pool.subnet}</span>
              <Bar share={shareOf(subnet.map)} />
              <span className={styles.subnetCount}>
                {formatCount(subnet.map.used)} of {formatCount(subnet.map.capacity)} used
              </span>
            </UnstyledButton>
          </li>
        ))}
      </ul>
      {found.length === 0 && (
        <Text p="md" size="sm" c="dimmed">
          Nothing fits the filter.
        </Text>
      )}
      {found.length > limit && (
        <Button variant="subtle" size="compact-sm" onClick={() => setLimit(limit + 5 * page)}>
          Show more of {found.length}
        </Button>
      )}
    </section>
  );
}

/** How much of something is taken; the words beside it say the same. */
function Bar({ share }: { share: number }) {
  return (
    <span className={styles.bar} aria-hidden>
      <span className={styles.barUsed} style={{ width: share > 0 ? `max(3px, ${share * 100}%)` : 0 }} />
    </span>
  );
}
