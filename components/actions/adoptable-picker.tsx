"use client";

import { ActionIcon, Loader, Select, type SelectProps, Text } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { type AdoptableNamespace, detailOf, type Discovery, missingWords, titleOf } from "#cnm/adoptable.ts";
import { sentence, troubleOf } from "#components/api/trouble.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { matches } from "./adoptable-search.ts";
import { inForm } from "./form-parts.tsx";

/** What is shown of a long list: a person types before scrolling further. */
const shown = 100;

/** Everything on this host that could be adopted, to choose from; the rest with the reason why not. */
export function AdoptablePicker({ onChoose }: { onChoose: (found: AdoptableNamespace) => void }) {
  const trpc = useTRPC();
  const options = { staleTime: 0, gcTime: 0, retry: false, refetchOnWindowFocus: false };
  const { data, error, isFetching, refetch } = useQuery(trpc.sandbox.adoptable.queryOptions(undefined, options));
  const rows = useMemo(() => new Map(data?.namespaces.map((found) => [found.inode, found])), [data]);
  const [search, setSearch] = useState("");
  const items = [...rows].map(([value, found]) => ({ value, label: titleOf(found), disabled: !found.verdict.ok }));
  const filter: SelectProps["filter"] = ({ options, search, limit }) =>
    options
      .filter((option) => {
        const found = "value" in option && rows.get(String(option.value));
        return found && matches(found, search);
      })
      .slice(0, limit);
  return (
    <Select
      label="On this host"
      placeholder={isFetching ? "Looking at what runs here…" : "Type to search, or fill in the field below"}
      description={data && <Remarks {...data} />}
      error={error && !isFetching && `${sentence(troubleOf(error).message)}. Look again, or fill in the field below.`}
      data={items}
      searchable
      // Else it would be forgotten when the answer comes.
      searchValue={search}
      onSearchChange={setSearch}
      allowDeselect={false}
      limit={shown}
      filter={filter}
      maxDropdownHeight={280}
      nothingFoundMessage={isFetching ? "Looking…" : "Nothing like that runs in a namespace of its own"}
      comboboxProps={inForm}
      renderOption={({ option }) => <Row found={rows.get(String(option.value))} />}
      rightSectionPointerEvents="all"
      rightSection={
        isFetching ? (
          <Loader size={16} aria-label="Looking at what runs here" role="status" />
        ) : (
          <ActionIcon variant="subtle" size="sm" aria-label="Look again" onClick={() => void refetch()}>
            <IconRefresh size={16} aria-hidden />
          </ActionIcon>
        )
      }
      onChange={(value) => {
        const found = value === null ? undefined : rows.get(value);
        if (found) onChoose(found);
      }}
    />
  );
}

/** That there is nothing to choose, and what could not be looked at. */
function Remarks({ namespaces, ...missing }: Discovery) {
  const nothing = namespaces.some(({ verdict }) => verdict.ok)
    ? []
    : ["nothing here has a namespace of its own that is not a sandbox already"];
  const remarks = [...nothing, ...missingWords(missing)];
  return remarks.length > 0 && remarks.map((remark) => `${sentence(remark)}.`).join(" ");
}

function Row({ found }: { found: AdoptableNamespace | undefined }) {
  if (!found) return null;
  const { verdict } = found;
  return (
    <div style={{ minWidth: 0, overflowWrap: "anywhere" }}>
      <Text size="sm" fw={500}>
        {titleOf(found)}
      </Text>
      <Text size="xs" c="dimmed">
        {detailOf(found)}
      </Text>
      {!verdict.ok && <Text size="xs">{sentence(verdict.message)}</Text>}
    </div>
  );
}
