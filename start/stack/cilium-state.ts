import { hostsIn } from "../settings/cilium.ts";
import { CILIUM_JOBS, type CiliumJob } from "./cilium.ts";
import type { Prometheus } from "./prometheus.ts";

/** Which parts of Cilium Prometheus can scrape. */
export interface CiliumState {
  /** How many nodes are named in the settings. */
  nodes: number;
  /** On how many of them each answers; the operator and the relay run on one or two. */
  answering: Record<CiliumJob, number>;
  /** Nodes whose agent does not answer, and why. */
  agentless: { node: string; reason: string }[];
}

/** Null where Prometheus does not tell, or no nodes are named. */
export async function readCiliumState(nodes: string, prometheus: Prometheus): Promise<CiliumState | null> {
  if (nodes === "") return null;
  try {
    const targets = await prometheus.targets();
    const up = (job: CiliumJob) => targets.filter((target) => target.job === job && target.health === "up").length;
    const agents = targets.filter(({ job, health }) => job === ("cilium-agent" satisfies CiliumJob) && health !== "up");
    return {
      nodes: hostsIn(nodes).length,
      answering: Object.fromEntries(CILIUM_JOBS.map((job) => [job, up(job)])) as Record<CiliumJob, number>,
      agentless: agents.map(({ node = "", lastError }) => ({ node, reason: lastError || "not scraped yet" })),
    };
  } catch {
    return null;
  }
}
