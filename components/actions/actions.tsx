"use client";

import { type ReactNode, useState } from "react";
import { createStore } from "#components/live/store.ts";
import { ConnectDialog } from "./connect-dialog.tsx";
import { CreateDialog } from "./create-dialog.tsx";
import { DeleteDialog } from "./delete-dialog.tsx";
import { MeetDialog } from "./meet-dialog.tsx";
import { PlanDialog } from "./plan-dialog.tsx";
import { initialUi, UiContext, useUi, useUiStore } from "./ui.ts";

/** The forms that change the topology, the same ones for the canvas and the tables. */
export function ActionsProvider({ children }: { children: ReactNode }) {
  const [store] = useState(() => createStore(initialUi));
  return (
    <UiContext value={store}>
      {children}
      <OpenDialog />
    </UiContext>
  );
}

function OpenDialog() {
  const store = useUiStore();
  const dialog = useUi((ui) => ui.dialog);
  const close = () => store.set({ dialog: null });
  if (!dialog) return null;
  if (dialog.kind === "connect") return <ConnectDialog from={dialog.from} close={close} />;
  if (dialog.kind === "meet") return <MeetDialog {...dialog} close={close} />;
  if (dialog.kind === "delete") return <DeleteDialog ids={dialog.ids} close={close} />;
  if (dialog.kind === "plan") return <PlanDialog {...dialog} close={close} />;
  return <CreateDialog {...dialog} close={close} />;
}
