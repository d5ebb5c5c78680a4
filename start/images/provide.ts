import { buildImage } from "./build.ts";
import { ensureBuilder } from "./builder.ts";
import type { ImageName, ImageSpec } from "./catalogue.ts";
import { type PlannedImage, planImages } from "./plan.ts";
import { inParallel } from "./pool.ts";
import { tryPull } from "./pull.ts";
import type { Recipe } from "./recipe.ts";
import { removeOthers, removeStages } from "./sweep.ts";
import type { Workshop } from "./workshop.ts";

export interface ImageOutcome {
  service: ImageName;
  /** What to run; for a missing image, what was looked for. */
  reference: string;
  origin: "present" | "pulled" | "built" | "missing";
  sizeBytes: number;
  seconds: number;
  /** Why it was not pulled, where it was built or is missing for that. */
  reason?: string;
}

/** A planned image that could not be pulled, and why; no reason where nobody publishes it. */
interface Unpulled extends PlannedImage {
  reason?: string;
}

interface ToBuild extends Unpulled {
  recipe: Recipe;
}

const AT_ONCE = 2;

/** Sees to every image of a catalogue: here already, else pulled, else built. Outcomes come in the catalogue's order. */
export async function provide(
  workshop: Workshop,
  catalogue: readonly ImageSpec[],
  overrides: Partial<Record<ImageName, string>>,
): Promise<ImageOutcome[]> {
  const { engine, projectRoot, namespace, host } = workshop;
  const plan = await planImages({ engine, projectRoot, namespace, arch: host.arch, catalogue, overrides });
  const fetched = await Promise.all(plan.images.map((image) => fetchImage(workshop, image)));
  const left = fetched.flatMap((result) => ("origin" in result ? [] : [result]));
  const toBuild = left.filter((image): image is ToBuild => image.recipe !== undefined);
  const outcomes = [
    ...fetched.filter((result): result is ImageOutcome => "origin" in result),
    ...left.filter((image) => image.recipe === undefined).map(missing),
    ...(toBuild.length === 0 ? [] : await buildAll(workshop, plan.tags, toBuild)),
  ];
  const order = catalogue.map(({ service }) => service);
  return outcomes.sort((a, b) => order.indexOf(a.service) - order.indexOf(b.service));
}

async function fetchImage(workshop: Workshop, image: PlannedImage): Promise<ImageOutcome | Unpulled> {
  const { service, official, present } = image;
  if (present !== undefined) return { service, ...present, origin: "present", seconds: 0 };
  if (official === undefined) return image;
  const began = performance.now();
  const reason = await tryPull(workshop, service, official);
  if (reason !== undefined) return { ...image, reason };
  return { service, reference: official, origin: "pulled", ...(await measure(workshop, official, began)) };
}

async function buildAll(
  workshop: Workshop,
  tags: Parameters<typeof ensureBuilder>[1],
  images: readonly ToBuild[],
): Promise<ImageOutcome[]> {
  const longestFirst = images.toSorted((a, b) => b.recipe.seconds - a.recipe.seconds);
  try {
    await ensureBuilder(workshop, tags);
    return await inParallel(longestFirst, { limit: AT_ONCE, signal: workshop.signal }, (image, signal) =>
      buildOne({ ...workshop, signal }, tags.builder, image),
    );
  } finally {
    // Not before all builds have ended: a stage still in use has no tag either.
    await removeStages(workshop.engine);
  }
}

async function buildOne(
  workshop: Workshop,
  builder: string,
  { service, recipe, reason }: ToBuild,
): Promise<ImageOutcome> {
  const { engine, namespace } = workshop;
  const began = performance.now();
  const files = await recipe.gather(workshop);
  await buildImage(workshop, { about: service, tag: recipe.tag, files, args: { BUILDER: builder } });
  await removeOthers(engine, `${namespace}/${service}`, recipe.tag);
  const measured = await measure(workshop, recipe.tag, began);
  return { service, reference: recipe.tag, origin: "built", ...measured, ...(reason && { reason }) };
}

async function measure({ engine }: Workshop, reference: string, began: number) {
  const seconds = (performance.now() - began) / 1000;
  return { sizeBytes: (await engine.size(reference)) ?? 0, seconds };
}

function missing({ service, official = "", reason = "no registry publishes it" }: Unpulled): ImageOutcome {
  return { service, reference: official, origin: "missing", sizeBytes: 0, seconds: 0, reason };
}
