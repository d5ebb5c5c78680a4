import { KubeletError } from "./faults.ts";
import { type KubeletPod, podSchema } from "./pods.ts";

export interface PodList {
  /** Those that make sense. */
  pods: KubeletPod[];
  /** How many do not. */
  bad: number;
  /** The field that makes none in the first of these; empty: there is none. */
  badField: string;
}

/** Makes sense of the kubelet's answer, or of what of it makes sense. @throws KubeletError where nothing does */
export function readPodList(text: string): PodList {
  const pods: KubeletPod[] = [];
  let bad = 0;
  let badField = "";
  for (const item of itemsIn(text)) {
    const read = podSchema.safeParse(item);
    if (read.success) pods.push(read.data);
    else {
      bad += 1;
      badField ||= read.error.issues[0]?.path.join(".") || "pod";
    }
  }
  return { pods, bad, badField };
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
