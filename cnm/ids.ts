import { z } from "zod";

/** 64 lower-case hexadecimal digits, as in the CNM. Made by the controller from random bytes. */
export const Id = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hexadecimal digits");
export type Id = z.infer<typeof Id>;

/** The interface that an endpoint has in the host's namespace: the kernel takes 15 bytes. */
export const hostEndOf = (endpointId: Id): string => `pbv${endpointId.slice(0, 10)}`;

/** The twelve digits people and kernel names use. */
export const shortId = (id: Id): string => id.slice(0, 12);

const nameRule = "must be 1 to 63 characters: letters, digits, '_', '.' or '-', the first a letter or a digit";

/** The one rule for names of networks, sandboxes, endpoints and aliases: also a legal DNS label or file name. */
export const Name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, nameRule);
export type Name = z.infer<typeof Name>;

/** Names differ only if they differ in more than case: DNS does not see case. */
export const nameKey = (name: string): string => name.toLowerCase();

/** How a person refers to an object: full id, name, or unique id prefix. An endpoint also as "network/endpoint". */
export const Reference = z.string().min(1, "must not be empty").max(130, "must be at most 130 characters");
export type Reference = z.infer<typeof Reference>;

/** Free-form key=value pairs of a person; never interpreted by the kernel. */
export const Labels = z.record(z.string().min(1).max(128), z.string().max(1024));
export type Labels = z.infer<typeof Labels>;
