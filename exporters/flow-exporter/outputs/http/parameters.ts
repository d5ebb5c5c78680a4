import { z } from "zod";

/** A parameter that is not known, or a value that makes no sense: the caller's fault, described in full. */
export class BadQuery extends Error {}

interface Issue {
  code: string;
  path: readonly PropertyKey[];
  message: string;
  /** Names that the schema does not know. */
  keys?: readonly string[];
}

/**
 * What a caller asks for. A schema's messages say what a value must be; here they become whole sentences.
 * @throws BadQuery with a sentence for each fault: what was given, what it must be, and what to do about it.
 */
export function readParameters<S extends z.ZodObject>(
  schema: S,
  query: Readonly<Record<string, unknown>>,
): z.output<S> {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  const sentences = result.error.issues.flatMap((issue) => describe(issue, schema, query));
  throw new BadQuery([...new Set(sentences)].join(" "));
}

/** A whole number in decimal digits, of which an address has only text. */
export function whole(low: number, high?: number) {
  const message = high === undefined ? `must be a whole number, ${low} or more` : `must be ${low}–${high}`;
  return z
    .string(message)
    .regex(/^\d+$/, message)
    .transform(Number)
    .refine((value) => value >= low && value <= (high ?? Number.MAX_SAFE_INTEGER), message);
}

/** One of a few words. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, `must be ${listed(words, "or")}`);
}

function describe(issue: Issue, schema: z.ZodObject, query: Readonly<Record<string, unknown>>): string[] {
  const known = Object.keys(schema.shape);
  if (issue.keys) return [unknown(issue.keys, known)];
  const name = String(issue.path[0]);
  const given = query[name];
  if (Array.isArray(given)) return [`${name} is given ${given.length} times, and only one can be meant: give it once.`];
  if (given === undefined) return [`${name} is missing, and ${issue.message}: give it.`];
  return [`${name} ${issue.message} (given: ${shortened(given)}).`];
}

/** As much of what was given as tells which one is meant. */
const MAX_GIVEN = 120;

function shortened(given: unknown): string {
  const isLong = typeof given === "string" && given.length > MAX_GIVEN;
  return isLong ? `${JSON.stringify(given.slice(0, MAX_GIVEN))}…` : JSON.stringify(given);
}

/** A caller mends one after the other; an answer that names hundreds would help no more. */
const MAX_NAMED = 5;

function unknown(keys: readonly string[], known: readonly string[]): string {
  const more = keys.length - MAX_NAMED;
  const named = more > 0 ? `${keys.slice(0, MAX_NAMED).join(", ")} and ${more} more` : listed(keys, "and");
  return `Unknown parameter${keys.length === 1 ? "" : "s"}: ${named}. This path takes ${listed(known, "and")}.`;
}

function listed(words: readonly string[], conjunction: string): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} ${conjunction} ${last}`;
}
