import { UsageError } from "../../start/errors.ts";
import type { ImageName } from "../../start/images/index.ts";
import type { ProgramName } from "./programs/index.ts";
import type { Wanted } from "./surroundings.ts";

interface Suite extends Pick<Wanted, "nodes" | "store"> {
  /** Pattern of its tests, from this folder. */
  tests: string;
  programs: readonly ProgramName[];
  /** The stack's images that its pods run. */
  images: readonly ImageName[];
  /** Whether it is run where none is named. */
  byDefault: boolean;
}

const NODE = {
  programs: ["kube-apiserver", "kubectl", "kubelet", "kube-controller-manager", "kube-scheduler", "kube-proxy"],
  images: ["flow-tracer", "flow-exporter"],
} as const;

/** From the one that needs least. */
export const SUITES = {
  api: {
    tests: "suites/api/*.test.ts",
    programs: ["kube-apiserver", "kubectl", "helm"],
    nodes: 0,
    store: false,
    images: [],
    byDefault: true,
  },
  node: { ...NODE, tests: "suites/node/*.test.ts", nodes: 1, store: false, byDefault: true },
  nodes: { ...NODE, tests: "suites/nodes/*.test.ts", nodes: 2, store: true, byDefault: false },
} as const satisfies Record<string, Suite>;

export type SuiteName = keyof typeof SUITES;

/** Those that are run where none is named. */
export function suitesByDefault(): SuiteName[] {
  return (Object.keys(SUITES) as SuiteName[]).filter((name) => SUITES[name].byDefault);
}

/** @throws UsageError */
export function suiteNamed(word: string): SuiteName {
  if (!Object.hasOwn(SUITES, word)) throw new UsageError(`There is no suite ${word}.`);
  return word as SuiteName;
}
