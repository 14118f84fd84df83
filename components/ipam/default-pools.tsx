"use client";

import { Alert, Button, Text, Title } from "@mantine/core";
import { useState } from "react";
import { type PoolCapacity, type PoolOccupant, whatOccupies } from "#cnm/pool-capacity.ts";
import { sentence, troubleOf } from "#components/api/trouble.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { useFresh } from "#components/api/use-fresh.ts";
import styles from "./ipam.module.css";

/** How much is left of what subnets are chosen from, and what of the host's own network was kept away from. */
export function DefaultPools() {
  const trpc = useTRPC();
  const { data, error } = useFresh(trpc.ipam.list.queryOptions());
  return (
    <section aria-label="Default pools" className={styles.pools}>
      {error && !data && <Alert color="red">{sentence(troubleOf(error).message)}</Alert>}
      {data?.defaultPools.map((capacity) => (
        <Family key={capacity.family} capacity={capacity} />
      ))}
    </section>
  );
}

function Family({ capacity }: { capacity: PoolCapacity }) {
  const { family, total, used, avoided, next, occupants } = capacity;
  const left = total - used - avoided;
  const kept = occupants.filter(({ kind }) => kind !== "network");
  return (
    <div className={styles.family}>
      <Title order={2} size="h5">
        Default IPv{family} pools
      </Title>
      <div className={styles.poolBar} aria-hidden>
        <span data-part="used" style={{ flexGrow: used }} hidden={used === 0} />
        <span data-part="avoided" style={{ flexGrow: avoided }} hidden={avoided === 0} />
        <span data-part="left" style={{ flexGrow: left }} hidden={left === 0} />
      </div>
      <ul className={styles.poolCounts}>
        <Part part="used" count={used} word={`of ${total.toLocaleString("en")} used`} />
        <Part part="avoided" count={avoided} word="avoided" />
        <Part part="left" count={left} word="left" />
      </ul>
      <Text size="sm">
        {next ? (
          <>
            The next network gets <span className="mono">{next}</span>.
          </>
        ) : (
          "None is left: give networks a subnet, or delete one."
        )}
      </Text>
      {kept.length > 0 && <Avoided occupants={kept} />}
    </div>
  );
}

function Part({ part, count, word }: { part: string; count: number; word: string }) {
  return (
    <li>
      <span className={styles.poolKey} data-part={part} aria-hidden />
      {count.toLocaleString("en")} {word}
    </li>
  );
}

const few = 4;

function Avoided({ occupants }: { occupants: PoolOccupant[] }) {
  const [all, setAll] = useState(false);
  return (
    <>
      <Text size="xs" c="dimmed" mt={4}>
        Avoided, so that what the host reaches stays in reach:
      </Text>
      <ul className={styles.avoided}>
        {occupants.slice(0, all ? undefined : few).map((occupant) => (
          <li key={`${occupant.kind} ${occupant.subnet}`}>{sentence(whatOccupies(occupant))}</li>
        ))}
      </ul>
      {occupants.length > few && !all && (
        <Button variant="subtle" size="compact-xs" onClick={() => setAll(true)}>
          Show all {occupants.length}
        </Button>
      )}
    </>
  );
}
