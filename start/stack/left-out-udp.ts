import type { Settings } from "../settings/index.ts";
import type { LeftOut } from "./left-out.ts";
import type { TracerState } from "./tracer-state.ts";

const IMPOSSIBLE = {
  on: "this kernel does not let it be counted; `docker logs flow-tracer` says why",
  functions: "this kernel lets no program into its UDP functions; FLOW_UDP=on counts it at the root cgroup",
  cgroup: "this kernel does not let it be counted at the root cgroup; `docker logs flow-tracer` says why",
} as const;

/** UDP where it is to be counted and is not, which is known once the tracer runs: a kernel can refuse its programs. */
export function leftOutUdp({ FLOW_UDP }: Settings, tracer: TracerState | null): LeftOut[] {
  if (FLOW_UDP === "off" || tracer?.udp_mode !== "off") return [];
  return [{ part: "udp", reason: IMPOSSIBLE[FLOW_UDP] }];
}
