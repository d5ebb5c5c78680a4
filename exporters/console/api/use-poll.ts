import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, getJson } from "./client.ts";

const RETRY_MS = 2000;

export interface Polled<T> {
  /** Of the path asked last; an earlier path's answer is kept until the new one is here. */
  data: T | undefined;
  error: ApiError | undefined;
  /** When the data came, milliseconds since 1970. */
  at: number | undefined;
  /** The data belong to an earlier path. */
  stale: boolean;
}

/**
 * Asks for a path (undefined: for nothing) again and again, `everyMs` after each answer (0: once); not while the page is hidden.
 * After a failure it asks again within two seconds, and keeps the last data.
 */
export function usePoll<T>(path: string | undefined, everyMs: number): Polled<T> {
  const [polled, setPolled] = useState<Polled<T> & { path?: string }>(NOTHING);
  const everyRef = useRef(everyMs);
  everyRef.current = everyMs;

  // A new interval starts a new round.
  useEffect(() => {
    if (path === undefined) return;
    const stopped = new AbortController();
    const ask = async () => {
      try {
        const data = await getJson<T>(path, stopped.signal);
        setPolled({ data, error: undefined, at: Date.now(), stale: false, path });
        return everyRef.current;
      } catch (error) {
        if (error instanceof ApiError) setPolled((before) => ({ ...before, error }));
        return Math.min(everyRef.current || RETRY_MS, RETRY_MS);
      }
    };
    void repeat(ask, stopped.signal);
    return () => stopped.abort();
  }, [path, everyMs]);

  return { ...polled, stale: polled.path !== undefined && polled.path !== path };
}

const NOTHING = { data: undefined, error: undefined, at: undefined, stale: false };

/** Runs a task that says after how many milliseconds it wants to run again; 0 ends it. */
async function repeat(task: () => Promise<number>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await shown(signal);
    if (signal.aborted) return;
    const pauseMs = await task();
    if (pauseMs === 0) return;
    await pause(pauseMs, signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Resolves while the page can be seen. */
function shown(signal: AbortSignal): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    const check = () => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener("visibilitychange", check);
      resolve();
    };
    document.addEventListener("visibilitychange", check);
    signal.addEventListener("abort", check);
  });
}
