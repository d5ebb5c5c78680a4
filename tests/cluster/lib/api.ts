import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { text } from "node:stream/consumers";
import { access } from "./access.ts";

interface Answer {
  status: number;
  body: string;
}

/** Asks the API server, as its administrator. */
export interface Api {
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
  close(): void;
}

const TIMEOUT_MS = 60_000;

export function createApi(): Api {
  const { server, ca, token } = access();
  const agent = new Agent({ keepAlive: true, ca: readFileSync(ca) });
  return {
    ask: async (method, path, body) => {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const asked = request(new URL(path, server), { method, agent, headers, signal });
      asked.end(body === undefined ? undefined : JSON.stringify(body));
      const [response] = (await once(asked, "response")) as [IncomingMessage];
      return { status: response.statusCode ?? 0, body: await text(response) };
    },
    close: () => agent.destroy(),
  };
}

/** The value that the API server answers; rejects unless all went well. */
export async function answered<T>(api: Api, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await api.ask(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body.slice(0, 500)}`);
  return JSON.parse(answer.body) as T;
}
