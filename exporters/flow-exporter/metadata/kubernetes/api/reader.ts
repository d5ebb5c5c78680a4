import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { type RequestOptions, request } from "node:https";
import { StringDecoder } from "node:string_decoder";
import { connectionFaultOf, messageOf } from "../https-faults.ts";
import type { ApiAccess } from "./access.ts";
import { ApiError } from "./faults.ts";

/** Asks the API server. All reject with an ApiError, and with any error once `signal` says that nobody wants to know any more. */
export interface ApiReader {
  /** What it answers, as it came. */
  get(path: string, signal: AbortSignal): Promise<string>;
  /** Hands on each line of an answer that goes on; resolves when the server has ended it. */
  follow(path: string, listener: LineListener, signal: AbortSignal): Promise<void>;
}

interface LineListener {
  /** The server has agreed to answer. */
  onOpen(): void;
  /** What it throws ends the answer. */
  onLine(line: string): void;
}

export interface ApiBounds {
  timeoutMs: number;
  /** Of an answer, and of a line of one that goes on. */
  maxBytes: number;
  /** For how long nothing may come of an answer that goes on. */
  silenceMs: number;
}

export function createApiReader(access: () => Promise<ApiAccess>, bounds: ApiBounds): ApiReader {
  const ask = async (path: string, more: RequestOptions): Promise<IncomingMessage> => {
    const { server, options } = await access();
    const headers = { accept: "application/json", ...options.headers };
    const asked = request(new URL(server.replace(/\/$/, "") + path), { ...options, ...more, headers, agent: false });
    const giveUp = () => asked.destroy(new ApiError("timeout"));
    asked.on("timeout", giveUp);
    // What comes after the answer's end, or instead of it, shows in the answer.
    asked.on("error", () => {});
    asked.end();
    // One that would rather speak another protocol (status 101) ends it without a response, and without an error.
    const [response] = (await Promise.race([once(asked, "response"), once(asked, "close")])) as [IncomingMessage?];
    if (!response) throw new ApiError("refused", "it speaks another protocol");
    asked.off("timeout", giveUp);
    if (response.statusCode === 200) return response;
    response.destroy();
    throw refusal(response.statusCode ?? 0);
  };
  return {
    get: async (path, ended) => {
      const late = AbortSignal.timeout(bounds.timeoutMs);
      const signal = AbortSignal.any([late, ended]);
      try {
        return await whole(await ask(path, { signal }), bounds.maxBytes, signal);
      } catch (error) {
        throw late.aborted ? new ApiError("timeout") : asApiError(error);
      }
    },
    follow: async (path, { onOpen, onLine }, signal) => {
      try {
        const response = await ask(path, { timeout: bounds.timeoutMs, signal });
        response.setTimeout(bounds.silenceMs, () => response.destroy(new ApiError("timeout")));
        onOpen();
        for await (const line of linesOf(response, bounds.maxBytes)) onLine(line);
      } catch (error) {
        throw asApiError(error);
      }
    },
  };
}

async function whole(response: IncomingMessage, maxBytes: number, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunksOf(response)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) throw new ApiError("too_long", `over ${maxBytes} bytes`);
  }
  // Giving it up ends an answer without a length as if it were whole.
  signal.throwIfAborted();
  return Buffer.concat(chunks).toString();
}

async function* linesOf(response: IncomingMessage, maxBytes: number): AsyncGenerator<string> {
  const decoder = new StringDecoder();
  let rest = "";
  for await (const chunk of chunksOf(response)) {
    // Only what has come is looked through: a long line comes in thousands of pieces.
    const [end = "", ...lines] = decoder.write(chunk).split("\n");
    rest += end;
    for (const line of lines) {
      if (rest !== "") yield rest;
      rest = line;
    }
    if (rest.length > maxBytes) throw new ApiError("too_long", `a line over ${maxBytes} characters`);
  }
}

/** A stream that breaks off says nothing but that. */
async function* chunksOf(response: IncomingMessage): AsyncGenerator<Buffer> {
  const end = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (let one = await next(end); !one.done; one = await next(end)) yield one.value;
  } finally {
    response.destroy();
  }
}

async function next(chunks: AsyncIterator<Buffer>): Promise<IteratorResult<Buffer>> {
  try {
    return await chunks.next();
  } catch (error) {
    throw error instanceof ApiError ? error : new ApiError("truncated", "", { cause: error });
  }
}

function refusal(status: number): ApiError {
  if (status === 401) return new ApiError("unauthorized");
  if (status === 403) return new ApiError("forbidden");
  if (status === 410) return new ApiError("expired");
  return new ApiError("refused", `status ${status}`);
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(connectionFaultOf(error), messageOf(error), { cause: error });
}
