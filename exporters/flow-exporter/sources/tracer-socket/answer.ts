import { setImmediate as turn } from "node:timers/promises";
import { readConnection } from "./connection.ts";
import type { Fault } from "./faults.ts";
import { type Told, ToldConnections } from "./told.ts";

/** Connections that are looked at before others have their turn. */
const AT_ONCE = 500;
/** Objects and lists that are made of an answer. Sensible connections that fill one are fewer; millions of empty ones would fill the memory. */
const MAX_OBJECTS = 200_000;

export interface Answer {
  /** Those that make sense. */
  connections: readonly Told[];
  /** What was wrong, and how often. */
  faults: Map<Fault, number>;
}

/** An answer as it came; `fault`: it is not whole. */
export interface Received {
  text: string;
  fault: Fault | undefined;
}

/** Makes sense of an answer, or of what of it makes sense. */
export async function readAnswer({ text, fault }: Received): Promise<Answer> {
  const faults = new Map<Fault, number>();
  const note = (one: Fault) => void faults.set(one, (faults.get(one) ?? 0) + 1);
  const { found, wrong } = parse(text, fault);
  if (wrong) note(wrong);
  const connections = new ToldConnections();
  await inSlices(found, (value) => {
    const read = readConnection(value);
    if (typeof read !== "object") note(`bad_${read}`);
    else if (!connections.add(read)) note("told_twice");
  });
  await inSlices(connections.all, (one) => connections.pair(one));
  return { connections: connections.all, faults };
}

async function inSlices<Item>(items: readonly Item[], work: (item: Item) => void): Promise<void> {
  for (const [index, item] of items.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await turn();
    work(item);
  }
}

function parse(text: string, fault: Fault | undefined): { found: unknown[]; wrong: Fault | undefined } {
  if (countOf(text, "{") + countOf(text, "[") > MAX_OBJECTS) return { found: [], wrong: "too_many" };
  if (fault) return { found: objectsIn(text), wrong: fault };
  try {
    const { connections } = (JSON.parse(text) ?? {}) as { connections?: unknown };
    // An empty list is null where the tracer is written in Go.
    if (Array.isArray(connections) && connections.length > MAX_OBJECTS) return { found: [], wrong: "too_many" };
    if (Array.isArray(connections) || connections === null) return { found: connections ?? [], wrong: undefined };
    return { found: [], wrong: "no_list" };
  } catch {
    return { found: objectsIn(text), wrong: faultOf(text) };
  }
}

function faultOf(text: string): Fault {
  const [opened, closed] = [countOf(text, "{"), countOf(text, "}")];
  if (opened === 0) return "no_json";
  if (closed > opened) return "extra_brace";
  return closed < opened ? "truncated" : "no_json";
}

function countOf(text: string, character: string): number {
  const code = character.charCodeAt(0);
  let count = 0;
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) === code) count += 1;
  return count;
}

/** The innermost objects of a text that is no JSON as a whole: connections are flat. */
function objectsIn(text: string): unknown[] {
  return [...text.matchAll(/\{[^{}]*\}/g)].flatMap(([one]) => {
    try {
      const value = JSON.parse(one);
      return "connections" in value ? [] : [value];
    } catch {
      return [];
    }
  });
}
