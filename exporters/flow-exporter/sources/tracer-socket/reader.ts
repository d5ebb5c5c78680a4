import { once } from "node:events";
import { stat } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { dirname } from "node:path";
import type { Received } from "./answer.ts";

export interface SocketReader {
  /** What the tracer answers, as far as it came in time. Never rejects. */
  ask(): Promise<Received>;
}

export interface ReaderBounds {
  timeoutMs: number;
  maxBytes: number;
}

/** Asks the tracer behind a unix socket, as the client `clientId`. */
export function createSocketReader(socketPath: string, clientId: string, bounds: ReaderBounds): SocketReader {
  const path = `/connections?client_id=${encodeURIComponent(clientId)}`;
  return {
    ask: async () => {
      const signal = AbortSignal.timeout(bounds.timeoutMs);
      try {
        const asked = request({ socketPath, path, agent: false, signal });
        // What comes after the answer's end, or instead of it, shows in the answer.
        asked.on("error", () => {});
        asked.end();
        // One that would rather speak another protocol (status 101) ends it without a response, and without an error.
        const [response] = (await Promise.race([once(asked, "response"), once(asked, "close")])) as [IncomingMessage?];
        if (!response) return { text: "", fault: "refused" };
        if (response.statusCode === 200) return await received(response, bounds.maxBytes, signal);
        response.destroy();
        return { text: "", fault: "refused" };
      } catch {
        if (signal.aborted) return { text: "", fault: "timeout" };
        return { text: "", fault: (await isDeleted(dirname(socketPath))) ? "folder_gone" : "unreachable" };
      }
    },
  };
}

/**
 * Whether a folder has no name any more. A mount keeps it as it was, empty for ever, where a service manager deletes it as a
 * tracer ends and makes another one for the next.
 */
async function isDeleted(folder: string): Promise<boolean> {
  return stat(folder).then(
    ({ nlink }) => nlink === 0,
    () => false,
  );
}

async function received(response: IncomingMessage, maxBytes: number, signal: AbortSignal): Promise<Received> {
  const chunks: Buffer[] = [];
  let length = 0;
  let fault: Received["fault"];
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk.subarray(0, maxBytes - length));
      length += chunk.length;
      if (length <= maxBytes) continue;
      fault = "too_long";
      break;
    }
  } catch {
    fault = "truncated";
  }
  // Giving it up ends an answer without a length as if it were whole.
  if (signal.aborted) fault = "timeout";
  return { text: Buffer.concat(chunks).toString(), fault };
}
