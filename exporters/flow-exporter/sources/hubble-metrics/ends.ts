import type { ToldEnd } from "../../naming/told.ts";
import type { Labels } from "./samples.ts";

/** Who sent a packet and who got it, by a counter's labels; undefined: it tells of one end at most. */
export function endsOf(labels: Labels): { source: ToldEnd; destination: ToldEnd } | undefined {
  const [source, destination] = [endOf(labels, "source"), endOf(labels, "destination")];
  return source && destination && { source, destination };
}

/** The pod where it is told, else what `sourceContext` says, else what the pods are made by. */
function endOf(labels: Labels, side: "source" | "destination"): ToldEnd | undefined {
  const namespace = labels[`${side}_namespace`] ?? "";
  const told = labels[side] ?? "";
  const pod = labels[`${side}_pod`] ?? "";
  if (pod !== "") return { name: pod.includes("/") ? pod : qualified(namespace, pod), namespace };
  // Identities are sets of labels, and domains and addresses have no namespace.
  const [, inName = ""] = /^([a-z0-9][\w.-]*)\/[^/]+$/.exec(told) ?? [];
  if (told !== "") return { name: told, namespace: inName };
  const workload = labels[`${side}_workload`] ?? labels[`${side}_app`] ?? "";
  if (workload !== "") return { name: qualified(namespace, workload), namespace };
  return namespace === "" ? undefined : { name: namespace, namespace };
}

function qualified(namespace: string, name: string): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}
