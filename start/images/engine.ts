import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import type Docker from "dockerode";
import { reasonOf } from "../errors.ts";
import { readEvents } from "./events.ts";

/** One line of what the engine reports while it pulls, builds or imports. */
export interface EngineEvent {
  stream?: string;
  status?: string;
  id?: string;
  error?: string;
  progressDetail?: { current?: number; total?: number };
}

export interface BuildInput {
  tag: string;
  /** A tar archive with a Dockerfile at its root. */
  context: Readable;
  args: Record<string, string>;
}

/** What providing images asks of a container engine. */
export interface Engine {
  /** Size of a local image in bytes, or undefined when it is not here. */
  size(reference: string): Promise<number | undefined>;
  /** Asks the image's registry about it. Throws what the engine answers otherwise. */
  askRegistry(reference: string, signal: AbortSignal): Promise<void>;
  pull(reference: string, signal: AbortSignal): AsyncIterable<EngineEvent>;
  build(input: BuildInput, signal: AbortSignal): AsyncIterable<EngineEvent>;
  /** Makes an image of a root file system, a tar archive at `file`. */
  import(tag: string, file: string, signal: AbortSignal): AsyncIterable<EngineEvent>;
  /** All local tags of a repository, as full references. */
  tags(repository: string): Promise<string[]>;
  /** Removes a tag, and its image unless something uses it. Throws when a container does. */
  remove(reference: string): Promise<void>;
  /** Removes untagged images with this label; returns the bytes won. */
  prune(label: string): Promise<number>;
}

/** The Docker engine, through its API alone. Builds use the classic builder, which every engine has. */
export function createEngine(docker: Docker): Engine {
  return {
    size: async (reference) => {
      const found = await docker
        .getImage(reference)
        .inspect()
        .catch((error: unknown) => (statusOf(error) === 404 ? undefined : Promise.reject(error)));
      return found?.Size;
    },
    askRegistry: (reference, signal) => dial(docker, `/distribution/${reference}/json`, signal),
    pull: async function* (reference, abortSignal) {
      const options = { fromImage: reference, abortSignal };
      yield* readEvents(await docker.createImage(options), abortSignal);
    },
    build: async function* ({ tag, context, args }, abortSignal) {
      const options = { t: tag, buildargs: args, rm: true, forcerm: true, abortSignal };
      yield* readEvents(await docker.buildImage(context, options), abortSignal);
    },
    import: async function* (tag, file, abortSignal) {
      const [repo, name] = splitTag(tag);
      const archive = createReadStream(file);
      const stream = await docker.importImage(archive, { repo, tag: name, abortSignal });
      yield* readEvents(stream, abortSignal);
    },
    tags: async (repository) => {
      const images = await docker.listImages({ filters: JSON.stringify({ reference: [repository] }) });
      return images.flatMap((image) => image.RepoTags ?? []).filter((tag) => tag.startsWith(`${repository}:`));
    },
    remove: async (reference) => {
      await docker.getImage(reference).remove();
    },
    prune: async (label) => {
      const filters = JSON.stringify({ dangling: ["true"], label: [label] });
      // One at a time for the whole engine: somebody else's does no less.
      const pruned = await docker.pruneImages({ filters }).catch((error: unknown) => {
        if (statusOf(error) !== 409) throw error;
      });
      return pruned?.SpaceReclaimed ?? 0;
    },
  };
}

/** The HTTP status the engine refused with, if it was the engine that spoke. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && "statusCode" in error && typeof error.statusCode === "number"
    ? error.statusCode
    : undefined;
}

/** The engine's own words, without what its client wraps them in. */
export function engineReason(error: unknown): string {
  return reasonOf(error)
    .replace(/^\(HTTP code \d+\) [^-]*- /, "")
    .trim();
}

// dockerode's own `distribution()` takes no abort signal.
function dial(docker: Docker, path: string, abortSignal: AbortSignal): Promise<void> {
  const statusCodes = { 200: true };
  return new Promise((resolve, reject) => {
    docker.modem.dial({ path, method: "GET", statusCodes, abortSignal }, (error: unknown) =>
      error ? reject(error) : resolve(),
    );
  });
}

function splitTag(reference: string): [repository: string, tag: string] {
  const colon = reference.lastIndexOf(":");
  return [reference.slice(0, colon), reference.slice(colon + 1)];
}
