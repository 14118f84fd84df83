"use client";

import { IconBox, IconCrown, IconHome, IconPackageImport } from "@tabler/icons-react";
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { Fragment, memo } from "react";
import { useUiStore } from "#components/actions/ui.ts";
import { CableHandles } from "./cable-handles.tsx";
import styles from "./card.module.css";
import { Card } from "./card.tsx";
import type { SandboxNode } from "./graph.ts";
import type { PortLine } from "./port-chips.ts";
import { type Row, rowCenter } from "./sandbox-rows.ts";
import { statusWords } from "./status.ts";

const icons = { private: IconBox, host: IconHome, shared: IconBox, adopted: IconPackageImport };

export const SandboxCard = memo(function SandboxCard({ id, data, selected }: NodeProps<SandboxNode>) {
  return (
    <Card
      {...data}
      id={id}
      kind="sandbox"
      icon={icons[data.mode]}
      selected={selected}
      tags={
        <>
          {data.managed && (
            <span className={styles.tag} title="Disappears with its last endpoint">
              managed
            </span>
          )}
          {data.origin && (
            <span className={styles.tag} title={`Its namespace is that of ${data.origin}`}>
              adopted
            </span>
          )}
        </>
      }
    >
      {data.rows.map((row) => (
        <EndpointRow key={row.id} row={row} sandbox={data.name} />
      ))}
      {data.occupants.length > 0 && (
        <div className={styles.occupants} title={`In the same namespace: ${data.occupants.join(", ")}`}>
          shared by {data.occupants.join(", ")}
        </div>
      )}
      {data.rows.map((row) => (
        <Handle
          key={row.id}
          id={row.id}
          type="source"
          position={Position.Right}
          isConnectable={false}
          className={styles.anchor}
          style={{ top: rowCenter(row) }}
        />
      ))}
      <CableHandles name={data.name} side={Position.Right} />
    </Card>
  );
});

/** One endpoint; a click selects it instead of the card. Its own keyboard path is the cable ([ and ]) and the inspector. */
function EndpointRow({ row, sandbox }: { row: Row; sandbox: string }) {
  const ui = useUiStore();
  return (
    <button
      type="button"
      tabIndex={-1}
      className={`${styles.row} nodrag`}
      style={{ top: row.top, height: row.height }}
      data-status={row.status}
      title={row.problem ?? undefined}
      aria-label={rowLabel(row, sandbox)}
      onClick={(event) => {
        event.stopPropagation();
        ui.set({ selection: [row.id] });
      }}
    >
      <span className={styles.interface}>{row.interfaceName || row.network}</span>{" "}
      <span className={styles.address}>{row.address}</span>
      {row.crown && (
        <span className={styles.crown} title={`${row.crown} default route`}>
          <IconCrown size={13} stroke={1.8} aria-hidden />
        </span>
      )}
      <span className={styles.port} /> {row.ports && <PortChips {...row.ports} />}
    </button>
  );
}

const chipsOf = ({ chips, more }: PortLine) => (more ? [...chips, more] : chips);

/** Begins with all that is to be read on the row, as WCAG 2.5.3 wants. */
function rowLabel({ interfaceName, address, network, crown, ports, status }: Row, sandbox: string): string {
  const read = [interfaceName || network, address, ...(ports ? chipsOf(ports).map(({ text }) => text) : [])].join(" ");
  return `Endpoint ${read} of ${sandbox} on ${network}${crown ? `, ${crown} default route` : ""}, ${statusWords[status]}`;
}

function PortChips({ chips, more }: PortLine) {
  return (
    <span className={styles.ports}>
      {chipsOf({ chips, more }).map(({ text, title, local }) => (
        <Fragment key={title}>
          <span title={title} data-local={local || undefined}>
            {text}
          </span>{" "}
        </Fragment>
      ))}
    </span>
  );
}
