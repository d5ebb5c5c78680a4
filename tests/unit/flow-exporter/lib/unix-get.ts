import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

/** Asks a server at a unix socket. */
export async function unixGet(
  socketPath: string,
  path: string,
  method = "GET",
): Promise<{ status: number; text: string }> {
  const asked = request({ socketPath, path, method, agent: false });
  asked.end();
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  return { status: response.statusCode ?? 0, text: await text(response) };
}
