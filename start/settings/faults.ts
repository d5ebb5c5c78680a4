import type { z } from "zod";
import { nearest } from "./nearest.ts";
import type { Entry, Fault } from "./parse.ts";
import { KEYS, schema } from "./schema.ts";

/** What zod found wrong, per key and with the line the key stands in. */
export function explain(issue: z.core.$ZodIssue, entries: readonly Entry[]): Fault[] {
  const keys = issue.code === "unrecognized_keys" ? issue.keys : [String(issue.path[0])];
  return entries
    .filter(({ key }) => keys.includes(key))
    .map(({ key, value, line }) => ({
      line,
      message: issue.code === "unrecognized_keys" ? unknownKey(key) : `${key}: "${value}" ${issue.message}`,
    }));
}

function unknownKey(key: string): string {
  return `${key} is not known; did you mean ${nearest(key.toUpperCase(), KEYS)}?`;
}

/** Ports that two services would share, counting those left at their default. */
export function samePorts(entries: readonly Entry[]): Fault[] {
  const written = new Map(entries.map((entry) => [entry.key, entry]));
  const ports = Object.entries(schema.parse({}))
    .filter(([key]) => key.endsWith("_PORT"))
    .map(([key, value]) => ({ key, port: Number(written.get(key)?.value ?? value), line: written.get(key)?.line }));
  return ports.flatMap(({ key, port, line }) => {
    const other = ports.find((candidate) => candidate.port === port && candidate.key !== key);
    // A pair is told once, where it was written last.
    if (!other || line === undefined || line < (other.line ?? 0)) return [];
    return [{ line, message: `${key}: ${port} is the port of ${other.key} as well; give each its own` }];
  });
}
