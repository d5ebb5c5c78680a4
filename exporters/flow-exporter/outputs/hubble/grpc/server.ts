import {
  constants,
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { Socket } from "node:net";
import { type GrpcCall, RESPONSE_HEADERS, ServerCall } from "./call.ts";
import { type ReadBounds, readOne } from "./frames.ts";
import { encodeMessage, GrpcError, STATUS } from "./status.ts";

/** A method: it may write answers, and its end is the call's. @throws GrpcError */
export type Method = (request: Buffer, call: GrpcCall) => Promise<void>;

export interface GrpcBounds extends ReadBounds {
  connections: number;
  /** Calls at a time over one connection. */
  streams: number;
  /** Calls at a time over all of them. */
  calls: number;
  /** A connection without a call ends after so long. */
  idleMs: number;
}

export interface Credentials {
  cert: Buffer;
  key: Buffer;
  /** Whose clients are let in; undefined: all are. */
  clientCa: Buffer | undefined;
}

/** A client whose machine has gone is noticed by then. */
const ALIVE_MS = 30_000;
/** For a client to take the last of an answer. */
const LINGER_MS = 10_000;
/** A message can repeat what a client has sent; larger headers are taken by no client. */
const MAX_MESSAGE_CHARS = 500;
const HTTP2 = {
  maxHeaderListPairs: 64,
  /** Megabytes, of one connection. */
  maxSessionMemory: 4,
  maxSessionInvalidFrames: 32,
};

/**
 * Answers gRPC over HTTP/2 as it comes with Node. What is served is bytes that are made once for all followers; a library for
 * servers frames, copies and awaits each message anew for each of them, which is a CPU's work at 60,000 a second.
 */
export class GrpcServer {
  /** Calls at work. */
  calls = 0;
  /** Calls that a bound has refused. */
  refused = 0;
  readonly #methods: ReadonlyMap<string, Method>;
  readonly #bounds: GrpcBounds;
  readonly #server: Http2Server;
  readonly #streams = new Map<ServerHttp2Session, number>();

  /** `methods` by their paths, such as /observer.Observer/GetFlows. */
  constructor(methods: ReadonlyMap<string, Method>, bounds: GrpcBounds, credentials?: Credentials) {
    this.#methods = methods;
    this.#bounds = bounds;
    const options = { ...HTTP2, settings: { maxConcurrentStreams: bounds.streams } };
    this.#server = credentials ? createSecureServer({ ...options, ...secured(credentials) }) : createServer(options);
    this.#server.maxConnections = bounds.connections;
    this.#server.on("connection", (socket: Socket) => socket.setKeepAlive(true, ALIVE_MS));
    this.#server.on("session", (session) => this.#takeSession(session));
    this.#server.on("stream", (stream, headers) => void this.#answer(stream, headers));
    // It is one connection's, which ends by it.
    this.#server.on("sessionError", () => {});
  }

  /** @returns the port. @throws the system's error when it cannot listen there */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, host, () => {
        const address = this.#server.address();
        resolve(typeof address === "object" && address ? address.port : port);
      });
    });
  }

  close(): void {
    this.#server.close();
    for (const session of this.#streams.keys()) session.destroy();
  }

  #takeSession(session: ServerHttp2Session): void {
    this.#streams.set(session, 0);
    session.once("close", () => this.#streams.delete(session));
    session.on("error", () => {});
    // Who only holds a place for a connection keeps it from others.
    const late = setTimeout(() => session.destroy(), this.#bounds.requestMs);
    session.once("remoteSettings", () => clearTimeout(late)).once("close", () => clearTimeout(late));
    session.setTimeout(this.#bounds.idleMs);
    // A call may wait for its next event as long as its client does.
    session.on("timeout", () => {
      if (this.#streams.get(session) === 0) session.destroy();
    });
  }

  /** Never rejects. */
  async #answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    // What goes wrong on the wire ends the stream, which is what the call looks at.
    stream.on("error", () => {});
    this.#count(stream);
    try {
      const method = this.#admit(headers);
      this.calls += 1;
      try {
        const call = new ServerCall(stream);
        await method(await readOne(stream, this.#bounds), call);
      } finally {
        this.calls -= 1;
      }
      endWith(stream, STATUS.OK, "");
    } catch (error) {
      // Of a fault of ours a client learns nothing but that.
      if (error instanceof GrpcError) endWith(stream, error.status, error.message);
      else endWith(stream, STATUS.INTERNAL, "it has failed");
    }
  }

  #count(stream: ServerHttp2Stream): void {
    const { session } = stream;
    if (!session) return;
    const add = (more: number) => {
      const streams = this.#streams.get(session as ServerHttp2Session);
      if (streams !== undefined) this.#streams.set(session as ServerHttp2Session, streams + more);
    };
    add(1);
    stream.once("close", () => add(-1));
  }

  /** @throws GrpcError why it is not let in */
  #admit(headers: IncomingHttpHeaders): Method {
    const { ":method": verb, ":path": path = "", "content-type": type = "" } = headers;
    if (verb !== "POST" || !type.startsWith("application/grpc")) {
      throw new GrpcError("INTERNAL", "only gRPC is spoken here");
    }
    const method = this.#methods.get(path);
    if (!method) throw new GrpcError("UNIMPLEMENTED", `${path.slice(0, 100)} is not known here`);
    const { calls } = this.#bounds;
    if (this.calls < calls) return method;
    this.refused += 1;
    throw new GrpcError("RESOURCE_EXHAUSTED", `${calls} calls are being answered, which is all there is room for`);
  }
}

function secured({ cert, key, clientCa }: Credentials) {
  const asked = clientCa ? { ca: clientCa, requestCert: true, rejectUnauthorized: true } : {};
  return { cert, key, minVersion: "TLSv1.2" as const, handshakeTimeout: 10_000, ...asked };
}

/** Ends the call with a status. What a client does not take in time is thrown away with the call. */
function endWith(stream: ServerHttp2Stream, status: number, message: string): void {
  if (stream.destroyed || stream.closed) return;
  if (stream.writableNeedDrain) {
    // It does not read: no status would come before what it has not read.
    stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    return;
  }
  const trailers = {
    "grpc-status": `${status}`,
    ...(message === "" ? {} : { "grpc-message": encodeMessage(message.slice(0, MAX_MESSAGE_CHARS)) }),
  };
  stream.setTimeout(LINGER_MS, () => stream.close(constants.NGHTTP2_CANCEL));
  if (stream.headersSent) {
    stream.once("wantTrailers", () => stream.sendTrailers(trailers));
    stream.end();
  } else stream.respond({ ...RESPONSE_HEADERS, ...trailers }, { endStream: true });
  // Of a request that goes on nobody wants the rest.
  if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
}
