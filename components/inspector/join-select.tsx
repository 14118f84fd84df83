"use client";

import { Select } from "@mantine/core";
import type { Endpoint } from "#cnm/endpoint.ts";
import { canJoin } from "#cnm/rules.ts";
import { useEditVerdict } from "#components/api/session.tsx";
import { useApply } from "#components/api/use-apply.ts";
import { useTopology } from "#components/live/live-provider.tsx";

/** Joins an endpoint that is not joined; sandboxes it cannot join are listed with the reason. */
export function JoinSelect({ endpoint }: { endpoint: Endpoint }) {
  const topology = useTopology();
  const edit = useEditVerdict();
  const apply = useApply();
  const data = Object.values(topology.sandboxes).map(({ id, name }) => {
    const verdict = canJoin(topology, endpoint.id, id);
    return { value: id, label: verdict.ok ? name : `${name}: ${verdict.message}`, disabled: !verdict.ok };
  });
  const join = (sandbox: string | null) => {
    if (!sandbox) return;
    void apply([{ type: "endpoint.join", endpoint: endpoint.id, sandbox }], { title: `Join ${endpoint.name}` });
  };
  return (
    <Select
      mt="sm"
      size="xs"
      label="Join a sandbox"
      placeholder={data.length > 0 ? "Choose a sandbox" : "There is no sandbox"}
      data={data}
      value={null}
      searchable
      limit={50}
      disabled={!edit.ok}
      onChange={join}
    />
  );
}
