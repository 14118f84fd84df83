"use client";

import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData, spotlight } from "@mantine/spotlight";
import { IconBox, IconLock, IconNetwork, IconPackageImport, IconPlus, IconSearch } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useMemo } from "react";
import type { Verdict } from "#cnm/errors.ts";
import type { Topology } from "#cnm/topology.ts";
import { type Dialog, useUiStore } from "#components/actions/ui.ts";
import { adoptVerdict, useActor } from "#components/api/session.tsx";
import { sentence } from "#components/api/trouble.ts";
import { useLive, useTopology } from "#components/live/live-provider.tsx";
import { places } from "./navigation.ts";

export const openCommandPalette = spotlight.open;

/** Ctrl K: every page, every object by name, address or id, and the commands that need no object. */
export function CommandPalette() {
  const topology = useTopology();
  const ui = useUiStore();
  const router = useRouter();
  const { role } = useActor();
  const link = useLive((live) => live.link);
  const adopt = useMemo(() => adoptVerdict(role, link), [role, link]);
  const groups = useMemo(() => {
    const show = (id: string) => () => {
      ui.set({ selection: [id] });
      router.push("/topology");
    };
    return [
      { group: "Commands", actions: commands((dialog) => ui.set({ dialog }), adopt) },
      { group: "Objects", actions: objects(topology, show) },
      {
        group: "Pages",
        actions: places
          .filter((place) => !place.admin || role === "admin")
          .map(({ href, label }) => ({ id: href, label, onClick: () => router.push(href) })),
      },
    ] satisfies SpotlightActionGroupData[];
  }, [topology, ui, router, role, adopt]);
  return (
    <Spotlight
      actions={groups}
      shortcut={["mod + K", "/"]}
      highlightQuery
      scrollable
      maxHeight={420}
      limit={60}
      nothingFound="Nothing by that name"
      attributes={{ content: { "aria-label": "Search or run a command" } }}
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden />,
        placeholder: "Search objects, pages and commands",
        "aria-label": "Search objects, pages and commands",
      }}
    />
  );
}

function commands(open: (dialog: Dialog) => void, adopt: Verdict): SpotlightActionData[] {
  const plus = <IconPlus size={16} aria-hidden />;
  return [
    { id: "new-network", label: "New network", leftSection: plus, onClick: () => open({ kind: "network" }) },
    { id: "new-sandbox", label: "New sandbox", leftSection: plus, onClick: () => open({ kind: "sandbox" }) },
    {
      id: "adopt",
      label: "Adopt a process…",
      keywords: ["container", "namespace", "netns", "pid", "docker", "podman"],
      description: adopt.ok ? undefined : `${sentence(adopt.message)}.`,
      disabled: !adopt.ok,
      leftSection: adopt.ok ? <IconPackageImport size={16} aria-hidden /> : <IconLock size={16} aria-hidden />,
      onClick: () => open({ kind: "sandbox", adopt: true }),
    },
  ];
}

function objects(topology: Topology, show: (id: string) => () => void): SpotlightActionData[] {
  const networks = Object.values(topology.networks).map(({ id, name, pools }) => ({
    id,
    label: name,
    description: ["network", ...pools.map(({ subnet }) => subnet)].join(" · "),
    keywords: [id],
    leftSection: <IconNetwork size={16} />,
    onClick: show(id),
  }));
  const sandboxes = Object.values(topology.sandboxes).map(({ id, name }) => ({
    id,
    label: name,
    description: "sandbox",
    keywords: [id],
    leftSection: <IconBox size={16} />,
    onClick: show(id),
  }));
  const endpoints = Object.values(topology.endpoints).map(({ id, name, networkId, ipv4, ipv6 }) => ({
    id,
    label: `${topology.networks[networkId]?.name ?? ""}/${name}`,
    description: ["endpoint", ipv4, ipv6].filter(Boolean).join(" · "),
    keywords: [id],
    onClick: show(id),
  }));
  return [...networks, ...sandboxes, ...endpoints];
}
