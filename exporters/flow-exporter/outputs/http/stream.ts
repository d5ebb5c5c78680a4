import type { ServerResponse } from "node:http";
import { setImmediate as turn } from "node:timers/promises";

/** What a client may hold up at once. */
const CHUNK_UNITS = 64 * 1024;

/** Cuts a client off that has not taken its answer after `ms`: it would stay in memory. */
export function cutOffAfter(ms: number, response: ServerResponse): void {
  const timer = setTimeout(() => response.destroy(), ms);
  response.once("close", () => clearTimeout(timer));
}

/** Answers with `pieces` of JSON. */
export async function streamJson(response: ServerResponse, pieces: Iterable<string>): Promise<void> {
  response.setHeader("content-type", "application/json; charset=utf-8");
  await writePieces(response, pieces);
  response.end();
}

/** Writes `pieces` of an answer, each made when the client has taken those before; in between others have their turn. */
export async function writePieces(response: ServerResponse, pieces: Iterable<string>): Promise<void> {
  for (const chunk of inChunks(pieces)) {
    if (response.destroyed) return;
    if (response.write(chunk)) await turn();
    else await drained(response);
  }
}

/** The inside of a JSON list. */
export function* listed<T>(items: Iterable<T>, toJson: (item: T) => unknown): Generator<string> {
  let comma = "";
  for (const item of items) {
    yield comma + JSON.stringify(toJson(item));
    comma = ",";
  }
}

function* inChunks(pieces: Iterable<string>): Generator<string> {
  let parts: string[] = [];
  let units = 0;
  for (const piece of pieces) {
    parts.push(piece);
    units += piece.length;
    if (units < CHUNK_UNITS) continue;
    yield parts.join("");
    parts = [];
    units = 0;
  }
  yield parts.join("");
}

/** Until there is room for more, or the client is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}
