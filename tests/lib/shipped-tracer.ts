import path from "node:path";
import { StartError } from "../../start/errors.ts";
import { createDocker } from "../../start/lib/docker.ts";
import type { Host } from "../../start/lib/host.ts";
import { type ProvideContext, providedImage } from "./provided-image.ts";

/**
 * Takes flow-tracer out of its image: the one program that users run on every kernel, by the compiler they get it from.
 * The image is built unless it is here.
 * @param folder where to put it
 * @returns its path; undefined where no Docker engine answers
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
  return take(context, image.reference, path.join(folder, "flow-tracer"));
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
async function take({ host, signal }: ProvideContext, reference: string, target: string): Promise<string> {
  const docker = async (...words: readonly string[]) => {
    const { ok, stdout, stderr, message } = await host.run("docker", words, { signal });
    if (!ok) throw notTaken(stderr.trim() || message);
    return stdout.trim();
  };
  const container = await docker("create", reference);
  try {
    await docker("cp", `${container}:/flow-tracer`, target);
  } finally {
    await docker("rm", "--volumes", container);
  }
  return target;
}

function notTaken(why: string): StartError {
  return new StartError("TRACER_NOT_TAKEN", {
    what: "flow-tracer could not be taken out of its image",
    why,
    fix: "run `npm start`, which provides the image, then this again",
  });
}
