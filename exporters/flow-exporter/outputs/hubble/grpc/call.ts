import type { ServerHttp2Stream } from "node:http2";
import { GrpcError } from "./status.ts";

/** What a method does with who has called it. */
export interface GrpcCall {
  /** The client has gone, or has had enough. */
  readonly signal: AbortSignal;
  /** Says that the call goes on, before there is anything to say. */
  begin(): void;
  /** Writes frames, and waits until there is room for more. @throws GrpcError if the client takes nothing for so long */
  write(frames: Buffer, patienceMs: number): Promise<void>;
}

export const RESPONSE_HEADERS = { ":status": 200, "content-type": "application/grpc" } as const;

export class ServerCall implements GrpcCall {
  readonly signal: AbortSignal;
  readonly #stream: ServerHttp2Stream;

  constructor(stream: ServerHttp2Stream) {
    const gone = new AbortController();
    this.#stream = stream;
    this.signal = gone.signal;
    stream.once("close", () => gone.abort());
  }

  begin(): void {
    if (!this.#stream.headersSent && !this.#stream.destroyed)
      this.#stream.respond(RESPONSE_HEADERS, { waitForTrailers: true });
  }

  async write(frames: Buffer, patienceMs: number): Promise<void> {
    this.begin();
    if (this.signal.aborted || this.#stream.write(frames)) return;
    await this.#drained(patienceMs);
  }

  #drained(patienceMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: GrpcError) => {
        clearTimeout(late);
        this.#stream.off("drain", done);
        this.signal.removeEventListener("abort", done);
        if (error) reject(error);
        else resolve();
      };
      const done = () => settle();
      const message = `nothing was read for ${Math.round(patienceMs / 1000)} s`;
      const late = setTimeout(() => settle(new GrpcError("RESOURCE_EXHAUSTED", message)), patienceMs);
      this.#stream.once("drain", done);
      this.signal.addEventListener("abort", done, { once: true });
    });
  }
}
