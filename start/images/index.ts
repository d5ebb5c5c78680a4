import type Docker from "dockerode";
import type { Host } from "../lib/host.ts";
import { presentBase } from "./builder.ts";
import { CATALOGUE, DEBIAN_IMAGE, type ImageName, type ImageSpec } from "./catalogue.ts";
import { createEngine } from "./engine.ts";
import { planImages } from "./plan.ts";
import { type ImageOutcome, provide } from "./provide.ts";
import { createRegistryProbe } from "./registry.ts";

export type { ImageName, ImageOutcome };

export interface ImageOptions {
  docker: Docker;
  host: Host;
  projectRoot: string;
  /** Images to use instead of the catalogue's, by service. */
  overrides?: Partial<Record<ImageName, string>>;
  /** The services to provide for; all of them when left out. */
  services?: readonly ImageName[];
  signal: AbortSignal;
  /** Called with one short line at a time; `about` is a service, or "builder". */
  onProgress?: (about: string, line: string) => void;
  catalogue?: readonly ImageSpec[];
  /** First part of the names of images built here. */
  namespace?: string;
}

const NAMESPACE = "flowtally";

/**
 * Provides each service's image: here already, else pulled, else built from package registries.
 * An image that can be neither pulled nor built comes back as "missing", with the reason.
 * @throws StartError IMAGE_BUILD_FAILED, NO_BUILD_BASE or DISK_FULL; the signal's reason when aborted.
 */
export async function provideImages(options: ImageOptions): Promise<ImageOutcome[]> {
  const { docker, host, projectRoot, signal, overrides = {}, namespace = NAMESPACE } = options;
  const engine = createEngine(docker);
  const report = options.onProgress ?? (() => {});
  const ask = createRegistryProbe(engine, signal);
  const workshop = { engine, host, projectRoot, namespace, signal, report, ask };
  return provide(workshop, chosen(options), overrides);
}

/** Whether `provideImages` would have to make its own Debian base on this host, which takes mmdebstrap. */
export async function needsMmdebstrap(options: ImageOptions): Promise<boolean> {
  const { docker, host, projectRoot, signal, overrides = {}, namespace = NAMESPACE } = options;
  const engine = createEngine(docker);
  const catalogue = chosen(options);
  const plan = await planImages({ engine, projectRoot, namespace, arch: host.arch, catalogue, overrides });
  if (!plan.images.some(({ present, recipe }) => present === undefined && recipe !== undefined)) return false;
  if ((await engine.size(plan.tags.builder)) !== undefined) return false;
  if ((await presentBase({ engine }, plan.tags.base)) !== undefined) return false;
  return !(await createRegistryProbe(engine, signal)(DEBIAN_IMAGE)).answers;
}

function chosen({ catalogue = CATALOGUE, services }: ImageOptions): readonly ImageSpec[] {
  return services === undefined ? catalogue : catalogue.filter(({ service }) => services.includes(service));
}
