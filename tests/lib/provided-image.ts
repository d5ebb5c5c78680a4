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
 * One image of the stack, as `npm start` provides it: built unless it is here.
 * @throws StartError those of `provideImages` and `provideMmdebstrap`
 */
export async function providedImage(
  context: ProvideContext,
  projectRoot: string,
  name: ImageName,
): Promise<ImageOutcome | undefined> {
  const { host, signal } = context;
  const options: ImageOptions = { docker: createDocker(host), host, projectRoot, services: [name], signal };
  if (await needsMmdebstrap(options)) await provideMmdebstrap({ ...context, install: true });
  const [image] = await provideImages(options);
  return image;
}
