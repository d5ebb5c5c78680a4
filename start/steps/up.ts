import type { ImageName, ImageOutcome } from "../images/index.ts";
import { enableBpfStats } from "../stack/bpf-stats.ts";
import { composeIn } from "../stack/compose.ts";
import { listContainers } from "../stack/containers.ts";
import { writeStackFiles } from "../stack/files.ts";
import { readHostFacts } from "../stack/host-facts.ts";
import { removeOldPins } from "../stack/old-pins.ts";
import { extractPrograms } from "../stack/programs.ts";
import { isWanted } from "../stack/services.ts";
import { takeOver } from "../stack/take-over.ts";
import { handOverVolumes, missingVolumes, ownedVolumes } from "../stack/volumes.ts";
import { healthSecondsFor, patienceOf } from "./patience.ts";
import type { StackContext, Step } from "./step.ts";

export const up: Step = {
  title: "Start the services",
  run: async (context, report) => {
    const { host, docker, layout, signal } = context;
    const tracerImage = referenceOf(context.images, "flow-tracer");
    const probing = performance.now();
    await extractPrograms(docker, tracerImage, layout.bin);
    const containerSeconds = (performance.now() - probing) / 1000;
    const healthSeconds = healthSecondsFor(await listContainers(docker, layout.names.project), containerSeconds);
    const facts = await readHostFacts(host, docker, tracerImage);
    await writeStackFiles({ ...context, facts, healthSeconds });
    await enableBpfStats(host, layout);
    const taken = await takeOver(host, docker, layout);
    if (taken !== undefined) report(taken);
    await removeUnwanted(context);
    const began = performance.now();
    await provideVolumes(context, report);
    await composeIn(host, layout).up({ signal, onLine: (line) => report(line) });
    context.patience = patienceOf((performance.now() - began) / 1000);
    const pins = await removeOldPins(host);
    const containers = `${(await listContainers(docker, layout.names.project)).length} containers`;
    return [containers, taken, pins].filter((part) => part !== undefined).join("; ");
  },
};

/** Compose leaves alone what an earlier start made of a profile that is not asked for any more. */
async function removeUnwanted({ docker, layout, settings }: StackContext): Promise<void> {
  const containers = await listContainers(docker, layout.names.project);
  for (const { id } of containers.filter(({ service }) => !isWanted(service, settings))) {
    await docker.getContainer(id).remove({ force: true, v: true });
  }
}

/** A new volume is filled as its container is made, and belongs to whom the image is made for; only then it is given away. */
async function provideVolumes(context: StackContext, report: (line: string) => void): Promise<void> {
  const { host, docker, layout, signal } = context;
  const volumes = ownedVolumes(layout.names.project);
  const missing = await missingVolumes(docker, volumes);
  if (missing.length > 0) await composeIn(host, layout).create({ signal, onLine: (line) => report(line) });
  const image = referenceOf(context.images, "flow-exporter");
  for (const { name, uid } of await handOverVolumes({ docker, host, image, volumes })) {
    report(`volume ${name} now belongs to user ${uid}`);
  }
}

/** Images built here are never missing: their failure ends the step that provides them. */
function referenceOf(images: readonly ImageOutcome[], service: ImageName): string {
  const image = images.find((candidate) => candidate.service === service);
  if (!image) throw new Error(`no image for ${service}`);
  return image.reference;
}
