import { z } from "zod";

/**
 * A device name that a person gives: one of the kernel's (dev_valid_name of net/core/dev.c: at most 15 bytes, not "." or "..",
 * no "/", ":" or white space), without what iptables, nft, a shell or a path reads as more than a name, without "%", from which the
 * kernel makes a number, and not what sysctl(8) takes for all devices.
 */
export const DeviceName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/,
    "must be 1 to 15 letters, digits, '_', '.' or '-', the first a letter or a digit",
  )
  .refine((name) => !["all", "default", "lo"].includes(name), "is a name the kernel keeps for itself");
