import { waitFor } from "../lib/wait.ts";
import { leftOutUdp } from "../stack/left-out-udp.ts";
import { readTracerState } from "../stack/tracer-state.ts";
import type { Step } from "./step.ts";
import { prometheusOf } from "./targets.ts";

// Prometheus scrapes the other containers: that is traffic between containers from the first second on.
const FIRST_FLOW = 'flow_received_bytes_total{source="prometheus",destination!="world"} > 0';

const ANSWER_MS = 5_000;

export const firstFlow: Step = {
  title: "Wait for the first flow",
  run: async (context, report) => {
    const seen = await waitFor(
      {
        name: "the first flow between containers",
        deadlineMs: 45_000 * context.patience,
        everyMs: 250,
        code: "NO_FLOW",
        fix: "`docker logs flow-tracer` and `docker logs flow-exporter` say what the kernel part and its reader do",
        signal: context.signal,
        onReason: report,
      },
      async () => {
        const edges = await prometheusOf(context).query(FIRST_FLOW);
        if (edges[0] === undefined) throw new Error("Prometheus has no flow from its own container yet");
        return `prometheus → ${edges[0].labels.destination}`;
      },
    );
    const { settings, leftOut, patience } = context;
    const exporter = `http://127.0.0.1:${settings.FLOW_EXPORTER_PORT}`;
    leftOut.push(...leftOutUdp(settings, await readTracerState(exporter, ANSWER_MS * patience)));
    return seen;
  },
};
