import type { ImageName, ImageOutcome } from "../images/index.ts";
import { enableBpfStats } from "../stack/bpf-stats.ts";
import { composeIn } from "../stack/compose.ts";
import { listContainers } from "../stack/containers.ts";
import { writeStackFiles } from "../stack/files.ts";
import { readHostFacts } from "../stack/host-facts.ts";
import { extractPrograms } from "../stack/programs.ts";
import { healthSecondsOf, patienceOf } from "./patience.ts";
import type { Step } from "./step.ts";

export const up: Step = {
  title: "Bring up the services",
  run: async (context, report) => {
    const { host, docker, layout, signal } = context;
    const tracerImage = referenceOf(context.images, "flow-tracer");
    const probing = performance.now();
    await extractPrograms(docker, tracerImage, layout.bin);
    const healthSeconds = healthSecondsOf((performance.now() - probing) / 1000);
    const facts = await readHostFacts(host, docker, tracerImage);
    await writeStackFiles({ ...context, facts, healthSeconds });
    await enableBpfStats(host, layout);
    const began = performance.now();
    await composeIn(host, layout).up({ signal, onLine: report });
    context.patience = patienceOf((performance.now() - began) / 1000);
    return `${(await listContainers(docker)).length} containers`;
  },
};

/** Images built here are never missing: their failure ends the step that provides them. */
function referenceOf(images: readonly ImageOutcome[], service: ImageName): string {
  const image = images.find((candidate) => candidate.service === service);
  if (!image) throw new Error(`no image for ${service}`);
  return image.reference;
}
