import { type ClientHttp2Stream, connect } from "node:http2";
import { OBSERVER } from "../../../exporters/flow-exporter/hubble/services.ts";
import { frame } from "../../../exporters/flow-exporter/outputs/hubble/grpc/frames.ts";

/** Before a message: whether it is compressed, and its length. */
const PREFIX = 5;
/** The first byte of an answer with a flow. */
const FLOW = 0x0a;

/** What a follower has got. */
export interface Got {
  events: number;
  lost: number;
  /** How often it was told that it had lost some. */
  losses: number;
}

/** Follows all there is, as bytes, no faster than `bytesPerSecond`. */
export class BenchFollower {
  readonly got: Got = { events: 0, lost: 0, losses: 0 };
  readonly #session;
  readonly #bytesPerSecond: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(port: number, bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#session = connect(`http://127.0.0.1:${port}`);
    this.#session.on("error", () => {});
  }

  /** Resolves once the server has taken it in. */
  follow(): Promise<void> {
    const { path, requestSerialize } = OBSERVER.GetFlows;
    const stream = this.#session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc" });
    const all = { number: 0, first: false, follow: true, sinceMs: undefined, untilMs: undefined };
    stream.on("error", () => {}).end(frame(requestSerialize({ ...all, whitelist: [], blacklist: [] })));
    stream.on("data", (bytes: Buffer) => this.#take(bytes, stream));
    return new Promise((resolve) => stream.once("response", () => resolve()));
  }

  close(): void {
    this.#session.destroy();
  }

  #take(bytes: Buffer, stream: ClientHttp2Stream): void {
    this.#count(bytes);
    if (this.#bytesPerSecond === Number.POSITIVE_INFINITY) return;
    stream.pause();
    setTimeout(() => stream.resume(), (bytes.length / this.#bytesPerSecond) * 1_000);
  }

  #count(bytes: Buffer): void {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    while (all.length - at >= PREFIX && all.length - at >= PREFIX + all.readUInt32BE(at + 1)) {
      const end = at + PREFIX + all.readUInt32BE(at + 1);
      if (all[at + PREFIX] === FLOW) this.got.events += 1;
      else this.#countLost(all.subarray(at + PREFIX, end));
      at = end;
    }
    this.#rest = all.subarray(at);
  }

  #countLost(message: Buffer): void {
    const event = OBSERVER.GetFlows.responseDeserialize(message);
    if (Buffer.isBuffer(event) || event.kind !== "lost") return;
    this.got.lost += event.count;
    this.got.losses += 1;
  }
}
