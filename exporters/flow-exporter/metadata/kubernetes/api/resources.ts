import { z } from "zod";
import { collect, SERVICE, SLICE } from "../../collected.ts";
import { name } from "../words.ts";
import type { ResourceName, Watched } from "./messages.ts";
import { serviceSchema, sliceSchema } from "./services.ts";

/** A kind of thing that the API server has a list of. */
export interface Resource<Name extends ResourceName = ResourceName> {
  name: Name;
  path: string;
  /** What is kept of one, or the field of it that makes no sense. */
  read(object: unknown): { value: Watched[Name] } | { badField: string };
  /** How many places one takes to be looked up by. */
  countOf(value: Watched[Name]): number;
}

export const SERVICES: Resource<"services"> = {
  name: "services",
  path: "/api/v1/services",
  read: (object) => reading(serviceSchema, object, (service) => collect(SERVICE, "api", service)),
  countOf: ({ externalAddresses, ports }) => ports.length * (externalAddresses.length + 1),
};

export const SLICES: Resource<"endpointslices"> = {
  name: "endpointslices",
  path: "/apis/discovery.k8s.io/v1/endpointslices",
  read: (object) => reading(sliceSchema, object, (slice) => collect(SLICE, "api", slice)),
  countOf: ({ endpoints, ports }) => endpoints.reduce((sum, { addresses }) => sum + addresses.length, ports.length),
};

function reading<Schema extends z.ZodType, Value>(
  schema: Schema,
  object: unknown,
  toValue: (parsed: z.infer<Schema>) => Value,
): { value: Value } | { badField: string } {
  const parsed = schema.safeParse(object);
  if (parsed.success) return { value: toValue(parsed.data) };
  return { badField: parsed.error.issues[0]?.path.join(".") || "object" };
}

/** What an informer must know of anything that it is told of, beside what a resource wants to. */
export const metadataSchema = z.looseObject({
  name,
  namespace: name,
  resourceVersion: z.string().max(128),
});

/** A page of a list. */
export const listSchema = z.object({
  metadata: z.object({ resourceVersion: z.string().max(128), continue: z.string().nullish() }),
  // A program in Go writes an empty list as null.
  items: z.array(z.unknown()).nullish(),
});

/** One line of a watch. */
export const eventSchema = z.discriminatedUnion("type", [
  z.object({ type: z.enum(["ADDED", "MODIFIED", "DELETED"]), object: z.looseObject({ metadata: metadataSchema }) }),
  z.object({
    type: z.literal("BOOKMARK"),
    object: z.object({ metadata: z.object({ resourceVersion: z.string().max(128) }) }),
  }),
  z.object({ type: z.literal("ERROR"), object: z.object({ code: z.int().nullish(), message: z.string().nullish() }) }),
]);
