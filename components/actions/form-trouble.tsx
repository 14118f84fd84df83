"use client";

import { Alert } from "@mantine/core";
import { useState } from "react";
import { TroubleText } from "#components/api/notify.tsx";
import { sentence, type Trouble } from "#components/api/trouble.ts";

/** The part of a Mantine form that is needed here, whatever its values. */
interface FieldErrors {
  getValues(): object;
  setFieldError(field: string, message: string): void;
}

/** Puts the daemon's problems beside the fields they are about; `trouble` is what has no field. */
export function useFormTrouble(form: FieldErrors, pathOf: (path: string) => string = (path) => path) {
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const report = (found: Trouble | null) => {
    const values = form.getValues();
    const problems = found?.details.problems ?? [];
    const placed = problems.filter(({ path }) => pathOf(path) in values);
    for (const { path, message } of placed) form.setFieldError(pathOf(path), sentence(message));
    setTrouble(problems.length > 0 && placed.length === problems.length ? null : found);
  };
  return { trouble, report };
}

export function FormTrouble({ trouble }: { trouble: Trouble | null }) {
  if (!trouble) return null;
  return (
    <Alert color="red" variant="light" p="xs" role="alert">
      <TroubleText trouble={trouble} />
    </Alert>
  );
}
