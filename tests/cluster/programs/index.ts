import path from "node:path";
import { buildProgram, type GoProgram } from "../../lib/go-program.ts";
import type { Context } from "../context.ts";

const KUBERNETES = { version: "v1.34.1", major: "1", minor: "34" };

/** A program that takes itself for v0.0.0 refuses others for their versions. */
const VARIABLES = Object.fromEntries(
  ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((where) => [
    [`${where}.gitVersion`, KUBERNETES.version],
    [`${where}.gitMajor`, KUBERNETES.major],
    [`${where}.gitMinor`, KUBERNETES.minor],
  ]),
);

function moduleNamed(name: string): string {
  return path.join(import.meta.dirname, name);
}

function ofKubernetes<const Name extends string>(name: Name): GoProgram & { name: Name } {
  return { name, module: moduleNamed("kubernetes"), package: `k8s.io/kubernetes/cmd/${name}`, variables: VARIABLES };
}

const PROGRAMS = [
  ofKubernetes("kube-apiserver"),
  ofKubernetes("kubelet"),
  ofKubernetes("kubectl"),
  ofKubernetes("kube-controller-manager"),
  ofKubernetes("kube-scheduler"),
  ofKubernetes("kube-proxy"),
  { name: "helm", module: moduleNamed("helm"), package: "helm.sh/helm/v3/cmd/helm", variables: {} },
] as const;

export type ProgramName = (typeof PROGRAMS)[number]["name"];

/** Paths of programs, by name. */
export type Programs = Readonly<Partial<Record<ProgramName, string>>>;

/** One build at a time: each takes all CPUs and gigabytes of memory. @throws StartError PROGRAM_NOT_BUILT */
export async function provideProgramsNamed(context: Context, names: readonly ProgramName[]): Promise<Programs> {
  const built: Partial<Record<ProgramName, string>> = {};
  for (const program of PROGRAMS) {
    if (names.includes(program.name)) built[program.name] = await buildProgram(context, program);
  }
  return built;
}
