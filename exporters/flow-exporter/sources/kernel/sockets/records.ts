import type { ProcessHistory } from "../../../metadata/process-history.ts";
import type { FlowRecord } from "../../../model/flow-record.ts";
import type { FlowRow } from "../../../model/socket.ts";
import { isDockerDns } from "../../../naming/remote.ts";
import { hasFailed, lifeOf, nearSocket, openSocket } from "./flow.ts";
import { stateOf } from "./flow-socket.ts";
import type { Flow } from "./shapes.ts";
import { workOf } from "./work.ts";

/** A flow as anyone may be shown it; undefined while it waits for its owners, and where another flow counts the same. */
export function recordOf(flow: Flow, history: ProcessHistory): FlowRecord | undefined {
  const { edge, relay, counted } = flow;
  const socket = nearSocket(flow);
  if (!edge || relay || !socket) return undefined;
  const open = openSocket(flow) !== undefined;
  const { row } = socket;
  return {
    edge,
    ...addressesOf(row, flow.client === socket, edge.destinationPort),
    sentBytes: counted.sentBytes,
    receivedBytes: counted.receivedBytes,
    retransmits: counted.retransmits,
    rttSeconds: socket.rttMicroseconds / 1e6,
    state: edge.protocol === "tcp" ? stateOf(socket) : open ? "OPEN" : "CLOSE",
    open,
    failed: hasFailed(flow),
    errno: socket.error,
    ...lifeOf(flow),
    pid: row.pid,
    comm: row.comm,
    seen: flow.client && flow.server ? "both" : flow.client ? "client" : "server",
    netns: row.netns,
    cookie: row.cookie,
    incarnation: flow.again ? flow.since : 0,
    work: workOf(flow, history),
  };
}

/** From the client's side. Docker's resolver listens at another port than it is asked at. */
function addressesOf(row: FlowRow, isClient: boolean, edgePort: number | string) {
  const near = { address: row.sourceAddress, port: row.sourcePort };
  const far = { address: row.destinationAddress, port: row.destinationPort };
  const [source, destination] = isClient ? [near, far] : [far, near];
  const isResolver = isDockerDns(destination.address) && typeof edgePort === "number";
  return {
    sourceAddress: source.address,
    sourcePort: source.port,
    destinationAddress: destination.address,
    destinationAddressPort: isResolver ? edgePort : destination.port,
  };
}
