import {
  type ImageName,
  type ImageOptions,
  type ImageOutcome,
  needsMmdebstrap,
  provideImages,
} from "../../start/images/index.ts";
import { provideMmdebstrap } from "../../start/install/mmdebstrap.ts";
import { createDocker } from "../../start/lib/docker.ts";
import type { Host } from "../../start/lib/host.ts";

export interface ProvideContext {
  host: Host;
  report: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Images of the stack, as `npm start` provides them: built unless they are here.
 * @param services whose they are; all of them when left out
 * @throws StartError those of `provideImages` and `provideMmdebstrap`
 */
export async function providedImages(
  context: ProvideContext,
  projectRoot: string,
  services?: readonly ImageName[],
): Promise<readonly ImageOutcome[]> {
  const { host, signal } = context;
  const which = services === undefined ? {} : { services };
  const options: ImageOptions = { docker: createDocker(host), host, projectRoot, signal, ...which };
  if (await needsMmdebstrap(options)) await provideMmdebstrap({ ...context, install: true });
  return provideImages(options);
}

/** One of them. */
export async function providedImage(
  context: ProvideContext,
  projectRoot: string,
  name: ImageName,
): Promise<ImageOutcome | undefined> {
  const [image] = await providedImages(context, projectRoot, [name]);
  return image;
}
