import { composeIn } from "../stack/compose.ts";
import { listContainers } from "../stack/containers.ts";
import { writeStackFiles } from "../stack/files.ts";
import { readHostFacts } from "../stack/host-facts.ts";
import { extractProbe } from "../stack/probe.ts";
import type { Step } from "./step.ts";

export const up: Step = {
  title: "Bring up the services",
  run: async (context, report) => {
    const { host, docker, layout, signal } = context;
    const facts = await readHostFacts(host, docker);
    await writeStackFiles({ ...context, facts });
    const tracer = context.images.find(({ service }) => service === "flow-tracer");
    if (tracer) await extractProbe(docker, tracer.reference, layout.bin);
    await composeIn(host, layout).up({ signal, onLine: report });
    return `${(await listContainers(docker)).length} containers`;
  },
};
