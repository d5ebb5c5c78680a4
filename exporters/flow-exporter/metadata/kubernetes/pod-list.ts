import { setImmediate } from "node:timers/promises";
import { KubeletError } from "./faults.ts";
import { type KubeletPod, podSchema } from "./pods.ts";

/** Ten times as many as a kubelet starts that somebody has told to start many. */
const MAX_PODS = 5_000;
/** Read in one go; then all else has its turn. */
const SLICE = 100;

export interface PodList {
  /** Those that make sense. */
  pods: KubeletPod[];
  /** How many there is no room for. */
  tooMany: number;
  /** How many make none. */
  bad: number;
  /** The field that makes none in the first of these; empty: there is none. */
  badField: string;
}

/** Makes sense of the kubelet's answer, or of what of it makes sense. Rejects with a KubeletError where nothing does. */
export async function readPodList(text: string): Promise<PodList> {
  const pods: KubeletPod[] = [];
  let bad = 0;
  let badField = "";
  const items = itemsIn(text);
  for (const [index, item] of items.slice(0, MAX_PODS).entries()) {
    if (index % SLICE === SLICE - 1) await setImmediate();
    const read = podSchema.safeParse(item);
    if (read.success) pods.push(read.data);
    else {
      bad += 1;
      badField ||= read.error.issues[0]?.path.join(".") || "pod";
    }
  }
  return { pods, tooMany: Math.max(items.length - MAX_PODS, 0), bad, badField };
}

function itemsIn(text: string): unknown[] {
  const { kind, items } = (parse(text) ?? {}) as { kind?: unknown; items?: unknown };
  // A program in Go writes an empty list as null.
  if (kind === "PodList" && (items === null || items === undefined)) return [];
  if (Array.isArray(items)) return items;
  throw new KubeletError("no_list");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new KubeletError("no_json");
  }
}
