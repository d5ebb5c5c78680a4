import { createHost } from "../../start/lib/host.ts";
import { ROOT } from "../integration/lib/launcher.ts";
import { buildTracer, tracerLacks } from "../integration/lib/tracer.ts";
import { providedImages } from "../lib/provided-image.ts";
import { dockerAnswers } from "../lib/shipped-tracer.ts";

/**
 * What tests of more than one lane make unless it is there, so that no two of them make it at once: the images, and
 * flow-tracer by this machine's own tools.
 * @throws StartError those of `providedImages`
 */
export async function provideForLanes(signal: AbortSignal): Promise<void> {
  const host = createHost();
  const report = (line: string) => console.log(line);
  if (await dockerAnswers(host)) await providedImages({ host, report, signal }, ROOT);
  if ((await tracerLacks()) === undefined) await buildTracer();
}
