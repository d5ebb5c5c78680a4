import { text } from "node:stream/consumers";
import type { BuildInput, Engine, EngineEvent } from "../../../start/images/engine.ts";

/** An engine in memory: images are names, and every call is written down. */
export interface FakeEngine extends Engine {
  calls: string[];
  images: Set<string>;
  /** The archives that were built from, as text. */
  contexts: string[];
}

/** What a test makes the engine do otherwise; each may throw, or wait for its signal. */
export interface Behaviour {
  ask?(reference: string, signal: AbortSignal): Promise<void>;
  pull?(reference: string, signal: AbortSignal): AsyncIterable<EngineEvent>;
  build?(input: BuildInput, signal: AbortSignal): AsyncIterable<EngineEvent>;
}

const SIZE = 1_000;

export function createFakeEngine(present: readonly string[] = [], behaviour: Behaviour = {}): FakeEngine {
  const images = new Set(present);
  const calls: string[] = [];
  const contexts: string[] = [];
  return {
    calls,
    contexts,
    images,
    size: async (reference) => (images.has(reference) ? SIZE : undefined),
    askRegistry: async (reference, signal) => {
      calls.push(`ask ${reference}`);
      await behaviour.ask?.(reference, signal);
    },
    pull: async function* (reference, signal) {
      calls.push(`pull ${reference}`);
      yield* behaviour.pull?.(reference, signal) ?? [];
      images.add(reference);
    },
    build: async function* (input, signal) {
      calls.push(`build ${input.tag}`);
      contexts.push(await text(input.context));
      yield* behaviour.build?.(input, signal) ?? [];
      images.add(input.tag);
    },
    import: async function* (tag) {
      calls.push(`import ${tag}`);
      yield { status: "Importing" };
      images.add(tag);
    },
    tags: async (repository) => [...images].filter((image) => image.startsWith(`${repository}:`)),
    remove: async (reference) => {
      calls.push(`remove ${reference}`);
      images.delete(reference);
    },
    prune: async (label) => {
      calls.push(`prune ${label}`);
      return 0;
    },
  };
}

/** What the engine's client throws when the engine refuses. */
export function refusal(statusCode: number, message: string): Error {
  return Object.assign(new Error(`(HTTP code ${statusCode}) unexpected - ${message} `), { statusCode });
}

/** Waits for nothing but its signal, as a connection does that nobody answers. */
export function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const keepAlive = setInterval(() => {}, 1_000);
    const end = () => {
      clearInterval(keepAlive);
      reject(signal.reason);
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}
