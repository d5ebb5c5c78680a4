import type { RequestHandler } from "express";
import type { View } from "../view.ts";

/** As in the console's `api/client.ts`. */
const RECORDED_AT = "x-flowtally-recorded-at";

/** Says with every answer that it is of a recording: nobody may take it for what goes on now. */
export function markReplay(view: View): RequestHandler {
  return (_request, response, next) => {
    const replay = view.replay();
    if (replay) response.set(RECORDED_AT, replay.recorded_at);
    next();
  };
}
