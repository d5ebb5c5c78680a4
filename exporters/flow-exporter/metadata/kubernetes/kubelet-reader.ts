import { once } from "node:events";
import { open } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { type Fault, KubeletError } from "./faults.ts";
import { connectionFaultOf, messageOf } from "./https-faults.ts";

/** Of a token, and of a CA's certificates. */
const MAX_FILE_BYTES = 1024 * 1024;

export interface KubeletReader {
  /** The kubelet's list of the pods of its machine, as it came. Rejects with a KubeletError. */
  pods(): Promise<string>;
}

/** Where the kubelet is, who it is, and who asks it. */
export interface KubeletAccess {
  /** Such as https://10.0.0.1:10250. */
  url: string;
  tokenFile: string;
  caFile: string;
}

export interface KubeletBounds {
  timeoutMs: number;
  maxBytes: number;
}

/** Asks a kubelet over https. Both files are read for each question, since a token is replaced long before it expires. */
export function createKubeletReader({ url, tokenFile, caFile }: KubeletAccess, bounds: KubeletBounds): KubeletReader {
  const pods = new URL("pods", url.endsWith("/") ? url : `${url}/`);
  return {
    pods: async () => {
      const token = await readText(tokenFile, "no_token");
      const ca = await readText(caFile, "no_ca");
      if (!/^[\x21-\x7e]+$/.test(token)) throw new KubeletError("no_token", "there is no token in it");
      if (!ca.includes("-----BEGIN CERTIFICATE-----")) throw new KubeletError("no_ca", "there is no certificate in it");
      const signal = AbortSignal.timeout(bounds.timeoutMs);
      const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
      try {
        const asked = request(pods, { ca, headers, signal, agent: false });
        // What comes after the answer's end, or instead of it, shows in the answer.
        asked.on("error", () => {});
        asked.end();
        // One that would rather speak another protocol (status 101) ends it without a response, and without an error.
        const [response] = (await Promise.race([once(asked, "response"), once(asked, "close")])) as [IncomingMessage?];
        if (!response) throw new KubeletError("refused", "it speaks another protocol");
        return await received(response, bounds.maxBytes, signal);
      } catch (error) {
        throw error instanceof KubeletError ? error : asKubeletError(error, signal);
      }
    },
  };
}

async function readText(path: string, fault: Fault): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(MAX_FILE_BYTES) });
      return buffer.toString("utf8", 0, bytesRead).trim();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new KubeletError(fault, messageOf(error), { cause: error });
  }
}

async function received(response: IncomingMessage, maxBytes: number, signal: AbortSignal): Promise<string> {
  const { statusCode = 0 } = response;
  if (statusCode !== 200) {
    response.destroy();
    throw refusal(statusCode);
  }
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) throw new KubeletError("too_long", `over ${maxBytes} bytes`);
    }
  } catch (error) {
    if (error instanceof KubeletError || signal.aborted) throw error;
    throw new KubeletError("truncated", "", { cause: error });
  }
  // Giving it up ends an answer without a length as if it were whole.
  signal.throwIfAborted();
  return Buffer.concat(chunks).toString();
}

function refusal(status: number): KubeletError {
  if (status === 401) return new KubeletError("unauthorized");
  if (status === 403) return new KubeletError("forbidden");
  return new KubeletError("refused", `status ${status}`);
}

function asKubeletError(error: unknown, signal: AbortSignal): KubeletError {
  if (signal.aborted) return new KubeletError("timeout", "", { cause: error });
  return new KubeletError(connectionFaultOf(error), messageOf(error), { cause: error });
}
