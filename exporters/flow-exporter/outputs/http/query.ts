import { z } from "zod";

/** Which part of a list to answer with. */
export const page = {
  limit: z.coerce.number().int().min(1).max(10_000).default(100),
  offset: z.coerce.number().int().min(0).default(0),
};

/** Seconds since 1970, or a date as ISO 8601 writes it; milliseconds since 1970. */
export const moment = z.string().transform((value, context) => {
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value);
  if (Number.isFinite(ms)) return ms;
  context.addIssue("must be seconds since 1970 or a date like 2030-01-31T12:00:00Z");
  return z.NEVER;
});
