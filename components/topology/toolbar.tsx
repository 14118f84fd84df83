"use client";

import { ActionIcon, Loader, Tooltip } from "@mantine/core";
import { IconArrowsMaximize, IconKeyboard, IconMinus, IconPlus, IconSitemap } from "@tabler/icons-react";
import { Panel, useReactFlow } from "@xyflow/react";
import type { ReactNode } from "react";
import styles from "./topology.module.css";

interface ToolbarProps {
  layout: () => void;
  busy: boolean;
  fit: () => void;
  help: () => void;
}

export function Toolbar({ layout, busy, fit, help }: ToolbarProps) {
  const flow = useReactFlow();
  return (
    <Panel position="bottom-left">
      <div className={styles.tools} role="toolbar" aria-label="Canvas">
        <Tool label="Zoom in" onClick={() => void flow.zoomIn()} icon={<IconPlus size={17} aria-hidden />} />
        <Tool label="Zoom out" onClick={() => void flow.zoomOut()} icon={<IconMinus size={17} aria-hidden />} />
        <Tool label="Fit everything" hotkey="F" onClick={fit} icon={<IconArrowsMaximize size={17} aria-hidden />} />
        <Tool
          label="Automatic layout"
          hotkey="L"
          onClick={layout}
          icon={busy ? <Loader size={15} /> : <IconSitemap size={17} aria-hidden />}
        />
        <Tool label="Keyboard shortcuts" hotkey="?" onClick={help} icon={<IconKeyboard size={18} aria-hidden />} />
      </div>
    </Panel>
  );
}

function Tool({
  label,
  hotkey,
  onClick,
  icon,
}: {
  label: string;
  hotkey?: string;
  onClick: () => void;
  icon: ReactNode;
}) {
  return (
    <Tooltip label={hotkey ? `${label} (${hotkey})` : label}>
      <ActionIcon variant="subtle" size={34} radius={0} aria-label={label} onClick={onClick}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
