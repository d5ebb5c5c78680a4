import assert from "node:assert/strict";
import { eventually } from "../../integration/lib/eventually.ts";
import { createSandbox } from "../../integration/lib/sandbox.ts";
import { HOLDING_CLIENT, SERVER, type Talk } from "../../integration/lib/talkers.ts";
import { edgeOf } from "../../integration/stack/edge.ts";
import type { Running } from "../../integration/stack/running.ts";

/** An emulated machine takes its time over a scrape. */
const SECONDS = 300;

/** Two containers exchange a known number of bytes on a network of their own; the edge between them says so exactly. */
export async function exactFlow({ docker, prometheus, nodeImage }: Running): Promise<string> {
  const talk: Talk = { server: "machine-server", port: 7310, connections: 23, request: 4099, response: 1031 };
  const sandbox = await createSandbox(docker, nodeImage, "machine-talk");
  try {
    await sandbox.run(talk.server, SERVER, talk, "listening");
    await sandbox.run("machine-client", HOLDING_CLIENT, talk, "done");
    return await exactEdge(prometheus, "machine-client", talk.server, talk);
  } finally {
    await sandbox.remove();
  }
}

/** Waits until the edge has exactly the talk's bytes and connections, and nothing else. */
export async function exactEdge(
  prometheus: Running["prometheus"],
  client: string,
  server: string,
  { port, connections, request, response }: Talk,
): Promise<string> {
  const expected = { sent: connections * request, received: connections * response, open: connections };
  await eventually(SECONDS, async () => {
    assert.deepEqual(await edgeOf(prometheus, client, server, port), expected);
  });
  return `${client} → ${server}:${port} ${expected.sent}/${expected.received} bytes, ${connections} connections`;
}
