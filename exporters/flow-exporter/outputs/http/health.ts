import type { RequestHandler } from "express";
import type { NatStatus } from "../../model/nat.ts";
import type { SourceView, View } from "../view.ts";
import type * as answers from "./answers.ts";
import { sendError } from "./errors.ts";

const FAILURES_ALLOWED = 3;

/**
 * 200 with the sources and the tracer while rows come in; 503 with the reason when none could be read for three cycles,
 * or yet, and when cycles do not end.
 */
export function health(view: View): RequestHandler {
  return (_request, response) => {
    const { tracer } = view;
    const sources: answers.Health["sources"] = Object.fromEntries(
      view.sources.map((source) => [source.name, stateOf(source)]),
    );
    const store = storeOf(view);
    const detail = { sources, store, recorder: view.recorder() ?? null, recording: view.replay() ?? null };
    const stuck = stuckOf(view);
    if (stuck !== undefined) return sendError(response, 503, "NO_CYCLE", stuck, detail);
    const dead = tracer.up === undefined || tracer.failures >= FAILURES_ALLOWED;
    if (dead) sendError(response, 503, "NO_ROWS", tracer.reason, detail);
    else response.json({ status: "ok", ...detail, tracer: tracerOf(view), sockets: socketsOf(view) });
  };
}

function stuckOf({ cycles: { ageSeconds, maxSeconds } }: View): string | undefined {
  if (ageSeconds <= maxSeconds) return undefined;
  return `no cycle has ended for ${Math.round(ageSeconds)} s: totals have stopped`;
}

/** How the kernel part does its work; null while it is gone. */
function tracerOf(view: View) {
  const status = view.status();
  if (!status) return null;
  const { udpMode, room, tableBytes, refusedRuns } = status;
  return { udp_mode: udpMode, table_room: room, table_bytes: tableBytes, refused_runs: refusedRuns };
}

/** How many there is room for in memory, and how many of the last read there was none for. */
function socketsOf(view: View) {
  return { room: view.socketRoom(), left_out: view.socketsLeftOut() };
}

/** Null: there is none. */
function storeOf(view: View) {
  const store = view.store();
  if (!store) return null;
  const { ended, dropped, waiting, errors, nat } = store;
  return { ended, dropped, waiting, errors: Object.fromEntries(errors), nat: nat ? natOf(nat) : null };
}

/** Whether translations are followed, as far as that was tried. */
function natOf({ fault, isAbsent }: NatStatus): NonNullable<answers.Health["store"]>["nat"] {
  return fault === undefined ? null : { followed: fault === "", absent: isAbsent, reason: fault };
}

function stateOf({ up, reason }: SourceView) {
  return { up: up ?? null, reason };
}
