import { UsageError } from "../../start/errors.ts";
import type { ImageName } from "../../start/images/index.ts";
import type { ProgramName } from "./programs/index.ts";

interface Suite {
  /** Pattern of its tests, from this folder. */
  tests: string;
  programs: readonly ProgramName[];
  /** Whether its cluster runs pods. */
  node: boolean;
  /** The stack's images that its pods run. */
  images: readonly ImageName[];
}

const NODE = ["kubelet", "kube-controller-manager", "kube-scheduler", "kube-proxy"] as const;

/** From the one that needs least. */
export const SUITES = {
  api: {
    tests: "suites/api/*.test.ts",
    programs: ["kube-apiserver", "kubectl", "helm"],
    node: false,
    images: [],
  },
  node: {
    tests: "suites/node/*.test.ts",
    programs: ["kube-apiserver", "kubectl", ...NODE],
    node: true,
    images: ["flow-tracer", "flow-exporter"],
  },
} as const satisfies Record<string, Suite>;

export type SuiteName = keyof typeof SUITES;

/** @throws UsageError */
export function suiteNamed(word: string): SuiteName {
  if (!Object.hasOwn(SUITES, word)) throw new UsageError(`There is no suite ${word}.`);
  return word as SuiteName;
}
