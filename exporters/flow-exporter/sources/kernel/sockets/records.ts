import type { ProcessHistory } from "../../../metadata/process-history.ts";
import type { FlowRecord } from "../../../model/flow-record.ts";
import { isDockerDns } from "../../../naming/remote.ts";
import { hasFailed, lifeOf, nearSide, openSide } from "./flow.ts";
import type { Flow, Side } from "./shapes.ts";
import { stateOf } from "./side.ts";
import { workOf } from "./work.ts";

/** A flow as anyone may be shown it; undefined while it waits for its owners, and where another flow tells of the same. */
export function recordOf(flow: Flow, history: ProcessHistory): FlowRecord | undefined {
  const { edge, relay, counted } = flow;
  const side = nearSide(flow);
  if (!edge || relay || !side) return undefined;
  const open = openSide(flow) !== undefined;
  return {
    edge,
    ...addressesOf(flow, side, edge.destinationPort),
    sentBytes: counted.sentBytes,
    receivedBytes: counted.receivedBytes,
    retransmits: counted.retransmits,
    rttSeconds: side.rttMicroseconds / 1e6,
    state: edge.protocol === "tcp" ? stateOf(side) : open ? "OPEN" : "CLOSE",
    open,
    failed: hasFailed(flow),
    errno: side.error,
    ...lifeOf(flow),
    pid: side.row.pid,
    comm: side.row.comm,
    work: workOf(flow, history),
  };
}

/** From the client's side. Docker's resolver listens at another port than it is asked at. */
function addressesOf({ client }: Flow, { row }: Side, edgePort: number | string) {
  const near = { address: row.sourceAddress, port: row.sourcePort };
  const far = { address: row.destinationAddress, port: row.destinationPort };
  const [source, destination] = client?.row === row ? [near, far] : [far, near];
  const isResolver = isDockerDns(destination.address) && typeof edgePort === "number";
  return {
    sourceAddress: source.address,
    sourcePort: source.port,
    destinationAddress: destination.address,
    destinationAddressPort: isResolver ? edgePort : destination.port,
  };
}
