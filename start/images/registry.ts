import { type Engine, engineReason, statusOf } from "./engine.ts";

const PROBE_DEADLINE_MS = 4_000;

/** Whether a container registry answers this engine; if not, why. */
export type RegistryAnswer = { answers: true } | { answers: false; reason: string };

// "Log in first", "not for you", "no such image": a registry that says so is there.
const ANSWERS = [401, 403, 404];

/** Asks one registry about one image through the engine, with its mirrors and proxies; done within the deadline. */
export async function probeRegistry(
  engine: Engine,
  reference: string,
  signal: AbortSignal,
  deadlineMs = PROBE_DEADLINE_MS,
): Promise<RegistryAnswer> {
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    await engine.askRegistry(reference, AbortSignal.any([signal, deadline]));
    return { answers: true };
  } catch (error) {
    signal.throwIfAborted();
    if (ANSWERS.includes(statusOf(error) ?? 0)) return { answers: true };
    const reason = deadline.aborted ? `no answer within ${deadlineMs / 1000} s` : lastClause(engineReason(error));
    return { answers: false, reason: `no registry reachable: ${reason}` };
  }
}

/** What it comes down to: the engine reports each layer that failed, from the request down to the look-up. */
function lastClause(reason: string): string {
  return reason.split(": ").at(-1) ?? reason;
}

/** Asks each registry at most once, whatever the number of images it would be asked for. */
export function createRegistryProbe(
  engine: Engine,
  signal: AbortSignal,
  deadlineMs = PROBE_DEADLINE_MS,
): (reference: string) => Promise<RegistryAnswer> {
  const asked = new Map<string, Promise<RegistryAnswer>>();
  return (reference) => {
    const registry = registryOf(reference);
    const answer = asked.get(registry) ?? probeRegistry(engine, reference, signal, deadlineMs);
    asked.set(registry, answer);
    return answer;
  };
}

/** The host part of a reference; Docker's own hub when it names none. */
export function registryOf(reference: string): string {
  const [first = "", ...rest] = reference.split("/");
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : "docker.io";
}
