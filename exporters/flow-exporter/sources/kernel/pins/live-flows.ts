import { FlowRows } from "../rows/flow-rows.ts";
import { decodeStatus } from "../rows/status-row.ts";
import { ONE_READER, type Tracer } from "./tracer.ts";

const MAX_TRIES = 3;

/**
 * Every TCP socket as of now. The kernel keeps one snapshot, so another reader that takes one meanwhile tears ours apart:
 * that is noticed, and read anew.
 * @throws the system's error, DecodeError, or when others take snapshots again and again.
 */
export function readLiveFlows(tracer: Pick<Tracer, "status" | "snapshot" | "live">): FlowRows {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    tracer.snapshot();
    const { snapshots, liveSnapshot } = decodeStatus(tracer.status());
    if (snapshots !== liveSnapshot) continue;
    const rows = tracer.live();
    if (decodeStatus(tracer.status()).snapshots === snapshots) return new FlowRows(rows);
  }
  throw new Error(
    `others read the tracer's pins at the same time, so that no snapshot of the open sockets was whole: ${ONE_READER}`,
  );
}
