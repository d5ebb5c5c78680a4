import { waitFor } from "../lib/wait.ts";
import { containerName } from "../settings/names.ts";
import { readExporterHealth } from "../stack/exporter-health.ts";
import { leftOutUdp } from "../stack/left-out-udp.ts";
import type { ServiceName } from "../stack/services.ts";
import { tracerStateIn } from "../stack/tracer-state.ts";
import type { Step } from "./step.ts";
import { prometheusOf } from "./targets.ts";

// Prometheus scrapes the other containers: that is traffic between containers from the first second on.
const firstFlowOf = (source: string) => `flow_received_bytes_total{source="${source}",destination!="world"} > 0`;

const ANSWER_MS = 5_000;

export const firstFlow: Step = {
  title: "Wait for the first flow",
  run: async (context, report) => {
    const name = (service: ServiceName) => containerName(context.layout.names, service);
    const seen = await waitFor(
      {
        name: "the first flow between containers",
        deadlineMs: 45_000 * context.patience,
        everyMs: 250,
        code: "NO_FLOW",
        fix: `\`docker logs ${name("flow-tracer")}\` and \`docker logs ${name("flow-exporter")}\` show what the kernel part and its reader are doing`,
        signal: context.signal,
        onReason: report,
      },
      async () => {
        const edges = await prometheusOf(context).query(firstFlowOf(name("prometheus")));
        if (edges[0] === undefined) throw new Error("Prometheus has recorded no flow from its own container yet");
        return `${name("prometheus")} → ${edges[0].labels.destination}`;
      },
    );
    const { settings, leftOut, patience } = context;
    const exporter = `http://127.0.0.1:${settings.FLOW_EXPORTER_PORT}`;
    leftOut.push(...leftOutUdp(settings, tracerStateIn(await readExporterHealth(exporter, ANSWER_MS * patience))));
    return seen;
  },
};
