"use client";

import { Anchor, Breadcrumbs, Text, Title } from "@mantine/core";
import { useState } from "react";
import { blocksOf, cellsOf, formatCount, hasCells, runsWithin } from "#cnm/address-map.ts";
import { type Cidr, formatCidr } from "#cnm/cidr.ts";
import { useUiStore } from "#components/actions/ui.ts";
import { AddressGrid } from "./address-grid.tsx";
import styles from "./ipam.module.css";
import { Legend } from "./legend.tsx";
import { RunList } from "./run-list.tsx";
import { addressCell, blockCell, type Subnet } from "./subnets.ts";

/** A subnet as a map of its addresses. A large one is shown in blocks, and each opens into its own map. */
export function SubnetMap({ subnet }: { subnet: Subnet }) {
  const { network, pool, map } = subnet;
  const ui = useUiStore();
  const [trail, setTrail] = useState<readonly Cidr[]>([map.subnet]);
  const part = trail.at(-1) ?? map.subnet;
  const isList = pool.family === 6;
  return (
    <section className={styles.map} aria-label={`Addresses of ${pool.subnet}`}>
      <Title order={2} size="h5">
        <Anchor
          component="button"
          fw={600}
          fz="inherit"
          c="var(--text)"
          underline="always"
          onClick={() => ui.set({ selection: [network.id] })}
        >
          {network.name}
        </Anchor>
      </Title>
      <Breadcrumbs separator="›" separatorMargin={6} className={styles.trail}>
        {trail.map((cidr, depth) =>
          depth === trail.length - 1 ? (
            <span key={cidr.prefix} className="mono" aria-current="location">
              {formatCidr(cidr)}
            </span>
          ) : (
            <Anchor
              key={cidr.prefix}
              component="button"
              c="var(--text)"
              underline="always"
              className="mono"
              onClick={() => setTrail(trail.slice(0, depth + 1))}
            >
              {formatCidr(cidr)}
            </Anchor>
          ),
        )}
      </Breadcrumbs>
      <Text size="sm" c="dimmed">
        {formatCount(map.used)} used, {formatCount(map.free)} free
        {map.outside > 0n && ` (${formatCount(map.outside)} of them outside the ip-range ${pool.ipRange})`},{" "}
        {formatCount(map.reserved)} reserved; room for {formatCount(map.capacity)}
      </Text>
      {!isList && <Grid subnet={subnet} part={part} open={(cidr) => setTrail([...trail, cidr])} />}
      <RunList subnet={map.subnet} runs={runsWithin(map, part)} gaps={isList} />
    </section>
  );
}

interface GridProps {
  subnet: Subnet;
  part: Cidr;
  open: (part: Cidr) => void;
}

function Grid({ subnet: { map }, part, open }: GridProps) {
  const ui = useUiStore();
  if (!hasCells(part)) {
    const blocks = blocksOf(map, part);
    return (
      <>
        <AddressGrid
          key={formatCidr(part)}
          label={`Blocks of ${formatCidr(part)}`}
          hint="a block opens into its addresses"
          cells={blocks.map(blockCell)}
          choose={(at) => blocks[at] && open(blocks[at].subnet)}
        />
        <Legend blocks />
      </>
    );
  }
  const cells = cellsOf(map, part);
  const choose = (at: number) => {
    const use = cells[at]?.use;
    if (use?.kind === "endpoint") ui.set({ selection: [use.id] });
  };
  return (
    <>
      <AddressGrid
        key={formatCidr(part)}
        label={`Addresses of ${formatCidr(part)}`}
        hint="a used address leads to its endpoint"
        cells={cells.map(addressCell)}
        choose={choose}
      />
      <Legend uses={new Set(cells.map(({ use }) => use.kind))} />
    </>
  );
}
