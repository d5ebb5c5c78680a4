import { z } from "zod";

const count = z.int().min(0);

const answer = z.object({
  tracer: z.object({
    udp_mode: z.enum(["functions", "cgroup", "off"]),
    table_room: z.object({ flows: count, closed: count, udp: count }),
    /** Kernel memory. */
    table_bytes: count,
    refused_runs: count,
  }),
});

/** How the tracer works, in the words of flow-exporter's `/healthz`. */
export type TracerState = z.infer<typeof answer>["tracer"];

/** Null where flow-exporter does not answer within `timeoutMs`, or has no tracer to report on. */
export async function readTracerState(exporterUrl: string, timeoutMs: number): Promise<TracerState | null> {
  try {
    const response = await fetch(`${exporterUrl}/healthz`, { signal: AbortSignal.timeout(timeoutMs) });
    return answer.parse(await response.json()).tracer;
  } catch {
    return null;
  }
}
