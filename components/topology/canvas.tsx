"use client";

import { useMediaQuery } from "@mantine/hooks";
import {
  Background,
  BackgroundVariant,
  ConnectionMode,
  type EdgeChange,
  type NodeChange,
  ReactFlow,
  useKeyPress,
  useReactFlow,
} from "@xyflow/react";
import { type FocusEvent, type MouseEvent, useCallback, useMemo, useRef, useState } from "react";
import type { Id } from "#cnm/ids.ts";
import { useUi, useUiStore } from "#components/actions/ui.ts";
import { useEditVerdict } from "#components/api/session.tsx";
import { useLive } from "#components/live/live-provider.tsx";
import { Cable } from "./cable.tsx";
import { CableInAir } from "./cable-in-air.tsx";
import { ContextMenu, type MenuAt } from "./context-menu.tsx";
import { decorate } from "./decorate.ts";
import { EmptyHint } from "./empty-hint.tsx";
import { useGesture, useGestureStore } from "./gesture.tsx";
import type { Card, Graph, Line } from "./graph.ts";
import { Link } from "./link.tsx";
import { motion } from "./motion.ts";
import { NarrowHint } from "./narrow-hint.tsx";
import { NetworkCard } from "./network-card.tsx";
import { Palette } from "./palette.tsx";
import { grid } from "./placement.ts";
import { SandboxCard } from "./sandbox-card.tsx";
import { Shortcuts } from "./shortcuts.tsx";
import { Toolbar } from "./toolbar.tsx";
import styles from "./topology.module.css";
import { useAutoLayout } from "./use-auto-layout.ts";
import { useCabling } from "./use-cabling.ts";
import { useFocusOnNew, useKeepInSight } from "./use-canvas-focus.ts";
import { useCanvasKeys } from "./use-canvas-keys.ts";
import { useGraph } from "./use-graph.ts";

const nodeTypes = { network: NetworkCard, sandbox: SandboxCard };
const edgeTypes = { cable: Cable, link: Link };
const manyCards = 300;

type Tier = "full" | "title" | "tile";
const tierOf = (zoom: number): Tier => (zoom >= 0.65 ? "full" : zoom >= 0.4 ? "title" : "tile");

/** The first look at an empty topology: the predefined networks at the top, the middle free for what is drawn next. */
const emptyView = () => ({ x: Math.max(0, window.innerWidth / 2 - 350), y: 260, zoom: 1 });

export function Canvas() {
  const { graph, onCardsChange, move } = useGraph();
  const canvas = useRef<HTMLDivElement>(null);
  const stale = useLive((live) => live.link !== "live");
  const edit = useEditVerdict();
  const cabling = useGesture((gesture) => gesture.cableFrom !== null);
  const [tier, setTier] = useState<Tier>("full");
  const [menu, setMenu] = useState<MenuAt | null>(null);
  const [help, setHelp] = useState(false);
  const freehand = useKeyPress("Alt");
  const { handlers, cancel, endOnPane } = useCabling();
  const { layout, busy } = useAutoLayout(graph, move);
  const flow = useReactFlow();
  const fit = () => void flow.fitView({ duration: motion(200), maxZoom: 1, padding: 0.15 });
  const narrow = useMediaQuery("(max-width: 900px)", false, { getInitialValueInEffect: false });
  const drawable = edit.ok && !narrow;
  const [empty] = useState(() => graph.cards.every((card) => card.type === "network" && card.data.predefined));
  const { cards, lines, onSelect, onFocus, select } = useSelection(graph);
  useFocusOnNew(cards);
  useKeepInSight(canvas);
  useCanvasKeys({
    canvas,
    move,
    cancelCable: cancel,
    layout,
    fit,
    help: () => setHelp(true),
    menu: (on, at) => setMenu({ on, ...at }),
  });
  const openMenu = (event: MouseEvent | globalThis.MouseEvent, on: MenuAt["on"]) => {
    event.preventDefault();
    setMenu({ on, x: event.clientX, y: event.clientY });
  };
  return (
    <section
      ref={canvas}
      className={styles.canvas}
      aria-label="Topology canvas. Press question mark for its keys"
      data-tier={tier}
      data-stale={stale || undefined}
      data-cabling={cabling || undefined}
      onFocus={onFocus}
    >
      <ReactFlow<Card, Line>
        {...handlers}
        nodes={cards}
        edges={lines}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={(changes) => {
          onCardsChange(changes);
          onSelect(changes);
        }}
        onEdgesChange={onSelect}
        connectionLineComponent={CableInAir}
        connectionMode={ConnectionMode.Loose}
        connectionRadius={1}
        nodesDraggable={drawable}
        nodesConnectable={drawable}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={["Meta", "Control"]}
        snapToGrid={!freehand}
        snapGrid={[grid, grid]}
        minZoom={0.05}
        maxZoom={2}
        fitView={!empty}
        defaultViewport={emptyView()}
        fitViewOptions={{ maxZoom: 1, padding: 0.15 }}
        onlyRenderVisibleElements={cards.length > manyCards && tier !== "tile"}
        elevateNodesOnSelect={false}
        onInit={({ getZoom }) => setTier(tierOf(getZoom()))}
        onMove={(_event, { zoom }) => setTier(tierOf(zoom))}
        onPaneClick={(event) => endOnPane(event) || select([])}
        onNodeContextMenu={(event, { id }) => openMenu(event, { kind: "card", id })}
        onEdgeClick={(_event, line) => line.type === "link" && line.data && select([line.data.owner])}
        onEdgeContextMenu={(event, { id, type, source }) =>
          type === "cable" && openMenu(event, { kind: "cable", id, around: source })
        }
        onPaneContextMenu={(event) => openMenu(event, null)}
      >
        <Background variant={BackgroundVariant.Dots} gap={grid} size={1.5} />
        {narrow ? <NarrowHint /> : <Palette />}
        <Toolbar layout={layout} busy={busy} fit={fit} help={() => setHelp(true)} />
      </ReactFlow>
      <EmptyHint />
      {menu && <ContextMenu {...menu} close={() => setMenu(null)} />}
      {help && <Shortcuts close={() => setHelp(false)} />}
    </section>
  );
}

/** Selection lives outside the canvas; here it is put onto the cards and read back from React Flow's changes. */
function useSelection(graph: Graph) {
  const ui = useUiStore();
  const gestures = useGestureStore();
  const selection = useUi((state) => state.selection);
  const current = useGesture((gesture) => gesture.current);
  const { cards, lines } = useMemo(() => {
    const { cards, cables, links } = decorate(graph, selection, current);
    return { cards, lines: [...links, ...cables] };
  }, [graph, selection, current]);
  const onSelect = useCallback(
    (changes: (NodeChange<Card> | EdgeChange<Line>)[]) => {
      // React Flow unselects what it draws: an occupant, or an endpoint in no sandbox, gives way by itself.
      const drawn = new Set([...graph.cards, ...graph.cables].map(({ id }) => id));
      const gains = changes.some((change) => change.type === "select" && change.selected);
      const next = new Set(ui.get().selection.filter((id) => !gains || drawn.has(id)));
      const before = next.size;
      let changed = false;
      for (const change of changes) {
        if (change.type !== "select" || next.has(change.id) === change.selected) continue;
        changed = true;
        if (change.selected) next.add(change.id);
        else next.delete(change.id);
      }
      if (changed || next.size !== before) ui.set({ selection: [...next] });
    },
    [ui, graph],
  );
  const onFocus = useCallback(
    ({ target }: FocusEvent) => {
      const id = target.getAttribute("data-id");
      if (!id || gestures.get().current?.id === id) return;
      if (target.classList.contains("react-flow__node")) gestures.set({ current: { kind: "card", id } });
    },
    [gestures],
  );
  const select = useCallback((ids: Id[]) => ui.set({ selection: ids }), [ui]);
  return { cards, lines, onSelect, onFocus, select };
}
