import type { EngineEvent } from "./engine.ts";

/**
 * The engine's JSON lines, one by one; leaving the loop closes the connection, which makes the engine stop.
 * @throws Error with the engine's own words when it reports one, or the signal's reason when aborted.
 */
export async function* readEvents(
  stream: AsyncIterable<string | Buffer>,
  signal: AbortSignal,
): AsyncGenerator<EngineEvent> {
  for await (const line of linesOf(abortable(stream, signal))) {
    const event = JSON.parse(line) as EngineEvent;
    if (event.error !== undefined) throw new Error(event.error.trim());
    yield event;
  }
  signal.throwIfAborted();
}

/** What a stream ends with after an abort is the connection's complaint; the signal knows better. */
async function* abortable(stream: AsyncIterable<string | Buffer>, signal: AbortSignal): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  try {
    for await (const chunk of stream) yield typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.map((line) => line.trim()).filter((line) => line !== "");
  }
  if (rest.trim() !== "") yield rest.trim();
}

/**
 * Runs something that sends events, and ends it once it has been silent for too long.
 * @param start is given the signal that ends it: the caller's, or the silence.
 * @throws Error "no progress for 30 s", or the signal's reason when aborted.
 */
export async function followUntilSilent(
  { silenceMs, signal }: { silenceMs: number; signal: AbortSignal },
  start: (signal: AbortSignal) => AsyncIterable<EngineEvent>,
  onEvent: (event: EngineEvent) => void,
): Promise<void> {
  const silence = new AbortController();
  const giveUp = () => silence.abort(new Error(`no progress for ${silenceMs / 1000} s`));
  let timer = setTimeout(giveUp, silenceMs);
  try {
    for await (const event of start(AbortSignal.any([signal, silence.signal]))) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, silenceMs);
      onEvent(event);
    }
  } catch (error) {
    signal.throwIfAborted();
    silence.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
