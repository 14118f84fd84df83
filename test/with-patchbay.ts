import { expect } from "vitest";
import { netnsDir } from "./netns.ts";
import { inTemporaryDirectory, Patchbay } from "./patchbay.ts";

export type { Patchbay };

/** On a host that ends as empty as it began, with nothing in the kernel that is not meant to be there. */
export async function withPatchbay(rootNetns: string, use: (patchbay: Patchbay) => Promise<void>): Promise<void> {
  await inTemporaryDirectory(async (stateDir) => {
    const patchbay = await Patchbay.open({ rootNetns, netnsDir, stateDir });
    try {
      await use(patchbay);
      await patchbay.empty();
      expect(await patchbay.missing()).toEqual([]);
    } finally {
      await patchbay.close();
    }
  });
}
