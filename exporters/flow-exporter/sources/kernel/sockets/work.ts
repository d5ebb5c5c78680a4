import type { ProcessHistory, Sample } from "../../../metadata/process-history.ts";
import type { ProcessRow } from "../../../model/process.ts";
import type { FlowWork, Work } from "../../../model/work.ts";
import type { Flow, FlowSocket } from "./shapes.ts";

/** Remembers what a socket's process had done as the flow began. To be called whenever its process is first known. */
export function markStart(socket: FlowSocket, history: ProcessHistory): void {
  socket.workBefore = socket.startNs > 0 ? history.nearest(socket.pid, socket.startNs) : undefined;
}

/** Remembers what a socket's process had done as the flow ended. */
export function markEnd(socket: FlowSocket, history: ProcessHistory): void {
  socket.workAfter = history.nearest(socket.pid, socket.endNs);
}

/** The work of the client's process, or the server's where that is not seen; undefined where neither was read in time. */
export function workOf({ client, server }: Flow, history: ProcessHistory): FlowWork | undefined {
  return sideWork(client, history) ?? sideWork(server, history);
}

function sideWork(socket: FlowSocket | undefined, history: ProcessHistory): FlowWork | undefined {
  const before = socket?.workBefore;
  if (!before) return undefined;
  const { pid, comm } = before.row;
  const after = socket.workAfter ?? (socket.open ? history.latest(pid) : undefined);
  if (!after || !isSameProcess(before, after)) return undefined;
  return { pid, comm, before: workIn(before.row), during: difference(before.row, after.row) };
}

function isSameProcess(one: Sample, other: Sample): boolean {
  return one.row.startNs === other.row.startNs;
}

function workIn(row: ProcessRow): Work {
  const { cpuNs, readBytes, writtenBytes, minorFaults, majorFaults, residentBytes } = row;
  return { cpuSeconds: cpuNs / 1e9, readBytes, writtenBytes, minorFaults, majorFaults, residentBytes };
}

/** The nearest read of a short flow's end can be the one of its start. */
function difference(before: ProcessRow, after: ProcessRow): Work {
  const since = (of: (row: ProcessRow) => number) => Math.max(0, of(after) - of(before));
  return {
    cpuSeconds: since(({ cpuNs }) => cpuNs) / 1e9,
    readBytes: since(({ readBytes }) => readBytes),
    writtenBytes: since(({ writtenBytes }) => writtenBytes),
    minorFaults: since(({ minorFaults }) => minorFaults),
    majorFaults: since(({ majorFaults }) => majorFaults),
    residentBytes: after.residentBytes,
  };
}
