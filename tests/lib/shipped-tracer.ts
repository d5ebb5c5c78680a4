import path from "node:path";
import { StartError } from "../../start/errors.ts";
import { createDocker } from "../../start/lib/docker.ts";
import type { Host } from "../../start/lib/host.ts";
import { type ProvideContext, providedImage } from "./provided-image.ts";

/** What is run on every kernel. */
const PROGRAMS = ["flow-tracer", "flow-dataset"];

/**
 * Takes flow-tracer out of its image, and flow-dataset: the programs that users run on every kernel, by the compiler they get them
 * from. The image is built unless it is here.
 * @param folder where to put them
 * @returns the path of flow-tracer; undefined where no Docker engine answers
 * @throws StartError those of `providedImage`, and TRACER_NOT_TAKEN
 */
export async function shippedTracer(
  context: ProvideContext,
  root: string,
  folder: string,
): Promise<string | undefined> {
  if (!(await dockerAnswers(context.host))) return undefined;
  const image = await providedImage(context, root, "flow-tracer");
  if (image === undefined || image.origin === "missing") throw notTaken(image?.reason ?? "there is no image of it");
  context.report(`flow-tracer is that of the image ${image.reference}`);
  await take(context, image.reference, folder);
  return path.join(folder, "flow-tracer");
}

export function dockerAnswers(host: Host): Promise<boolean> {
  return createDocker(host)
    .ping()
    .then(
      () => true,
      () => false,
    );
}

/** By a container that never runs. */
async function take({ host, signal }: ProvideContext, reference: string, folder: string): Promise<void> {
  const docker = async (...words: readonly string[]) => {
    const { ok, stdout, stderr, message } = await host.run("docker", words, { signal });
    if (!ok) throw notTaken(stderr.trim() || message);
    return stdout.trim();
  };
  const container = await docker("create", reference);
  try {
    for (const program of PROGRAMS) await docker("cp", `${container}:/${program}`, path.join(folder, program));
  } finally {
    await docker("rm", "--volumes", container);
  }
}

function notTaken(why: string): StartError {
  return new StartError("TRACER_NOT_TAKEN", {
    what: "flow-tracer could not be taken out of its image",
    why,
    fix: "run `npm start`, which provides the image, then this again",
  });
}
