import { type BuilderTags, builderTags } from "./builder.ts";
import type { ImageName, ImageSpec } from "./catalogue.ts";
import type { Engine } from "./engine.ts";
import { type Recipe, recipeOf, type Surroundings } from "./recipe.ts";

/** One service's image: what is known before anything is fetched or built. */
export interface PlannedImage {
  service: ImageName;
  official?: string;
  recipe?: Recipe;
  /** The reference that is on this host already, and its size in bytes. */
  present?: { reference: string; sizeBytes: number };
}

export interface Plan {
  tags: BuilderTags;
  images: PlannedImage[];
}

export interface PlanInput extends Omit<Surroundings, "builder"> {
  engine: Engine;
  catalogue: readonly ImageSpec[];
  overrides: Partial<Record<ImageName, string>>;
}

/** Looks which images are here, by their official references and by the tags their contents give them. */
export async function planImages(input: PlanInput): Promise<Plan> {
  const tags = await builderTags(input.projectRoot, input.namespace, input.arch);
  const around = { ...input, builder: tags.builder };
  const images = input.catalogue.map((spec) => planImage(input.engine, overridden(spec, input.overrides), around));
  return { tags, images: await Promise.all(images) };
}

async function planImage(engine: Engine, spec: ImageSpec, around: Surroundings): Promise<PlannedImage> {
  const { service, official } = spec;
  const recipe = await recipeOf(spec, around);
  const present = await firstPresent(engine, [official, recipe?.tag]);
  return { service, ...(official && { official }), ...(recipe && { recipe }), ...(present && { present }) };
}

async function firstPresent(engine: Engine, references: readonly (string | undefined)[]) {
  for (const reference of references) {
    if (reference === undefined) continue;
    const sizeBytes = await engine.size(reference);
    if (sizeBytes !== undefined) return { reference, sizeBytes };
  }
  return undefined;
}

/** An image the user named stands for itself: it is never replaced by one built here. */
function overridden(spec: ImageSpec, overrides: PlanInput["overrides"]): ImageSpec {
  const reference = overrides[spec.service];
  return reference === undefined ? spec : { service: spec.service, official: withTag(reference) };
}

// Without a tag the engine would pull every tag there is.
function withTag(reference: string): string {
  const name = reference.slice(reference.lastIndexOf("/") + 1);
  return /[:@]/.test(name) ? reference : `${reference}:latest`;
}
