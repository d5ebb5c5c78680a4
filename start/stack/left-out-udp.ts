import type { Settings } from "../settings/index.ts";
import { containerName, namesOf } from "../settings/names.ts";
import type { LeftOut } from "./left-out.ts";
import type { TracerState } from "./tracer-state.ts";

const IMPOSSIBLE = {
  on: "this kernel does not allow counting it",
  functions: "this kernel allows no program in its UDP functions; FLOW_UDP=on counts at the root cgroup instead",
  cgroup: "this kernel does not allow counting it at the root cgroup",
} as const;

/** UDP where it is to be counted and is not, which is known once the tracer runs: a kernel can refuse its programs. */
export function leftOutUdp(settings: Settings, tracer: TracerState | null): LeftOut[] {
  const { FLOW_UDP } = settings;
  if (FLOW_UDP === "off" || tracer?.udp_mode !== "off") return [];
  const log = `\`docker logs ${containerName(namesOf(settings), "flow-tracer")}\` shows why`;
  return [{ part: "udp", reason: FLOW_UDP === "functions" ? IMPOSSIBLE.functions : `${IMPOSSIBLE[FLOW_UDP]}; ${log}` }];
}
