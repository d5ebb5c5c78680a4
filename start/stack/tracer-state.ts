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

/** Out of flow-exporter's health; null where that is not known, or has no tracer to report on. */
export function tracerStateIn(health: unknown): TracerState | null {
  return answer.safeParse(health).data?.tracer ?? null;
}
