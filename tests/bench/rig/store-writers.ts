import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

const WRITER = path.join(import.meta.dirname, "../load/store-writer.ts");

/** Which keys one process writes. */
export interface Share {
  first: number;
  keys: number;
}

/** Processes that write to one store at once. */
export class StoreWriters implements AsyncDisposable {
  readonly #writers: readonly ChildProcess[];

  private constructor(writers: readonly ChildProcess[]) {
    this.#writers = writers;
  }

  /** Starts a process for each share, all of them connected. */
  static async start(address: string, shares: readonly Share[]): Promise<StoreWriters> {
    const writers = shares.map(({ first, keys }, number) =>
      fork(WRITER, [address, `${first}`, `${keys}`, `${number}`]),
    );
    await Promise.all(writers.map(answer));
    return new StoreWriters(writers);
  }

  /** Has each write a snapshot of its share. @returns seconds until the last one has */
  async write(): Promise<number> {
    const start = performance.now();
    await Promise.all(
      this.#writers.map((writer) => {
        const written = answer(writer);
        writer.send("write");
        return written;
      }),
    );
    return (performance.now() - start) / 1_000;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ends = this.#writers.map(async (writer) => {
      if (writer.exitCode !== null || writer.signalCode !== null) return;
      const end = once(writer, "exit");
      if (writer.connected) writer.disconnect();
      await end;
    });
    await Promise.all(ends);
  }
}

/** Rejects where the process ends instead. */
async function answer(writer: ChildProcess): Promise<void> {
  const stop = new AbortController();
  const end = once(writer, "exit", { signal: stop.signal }).then(([code]) => {
    throw new Error(`a writer ended with ${code}`);
  });
  try {
    await Promise.race([once(writer, "message", { signal: stop.signal }), end]);
  } finally {
    end.catch(() => {});
    stop.abort();
  }
}
