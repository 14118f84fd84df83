"use client";

import { Modal } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./frame.module.css";

interface DialogProps {
  title: string;
  close: () => void;
  size?: "sm" | "md" | "lg";
  children: ReactNode;
}

/**
 * A modal form: named by its title, closed by Escape, the cross or a click beside it. It does not slide in: what has been moved
 * by a transform cuts off the lists that open in it.
 */
export function Dialog({ title, close, size = "md", children }: DialogProps) {
  return (
    <Modal.Root opened onClose={close} size={size} transitionProps={{ transition: "fade", duration: 100 }}>
      <Modal.Overlay backgroundOpacity={0.4} />
      <Modal.Content>
        <div className={styles.dialogHead}>
          <Modal.Title fw={600}>{title}</Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
