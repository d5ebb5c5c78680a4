import type { RequestHandler } from "express";
import { z } from "zod";
import { type Edge, type Flow, openSide } from "../../join/flow.ts";
import { type Side, stateOf } from "../../join/side.ts";
import type { View } from "../view.ts";

const querySchema = z.strictObject({
  /** Name of either endpoint. */
  container: z.string().min(1).optional(),
  /** The port that serves. */
  port: z.coerce.number().int().min(1).max(65_535).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(100),
  offset: z.coerce.number().int().min(0).default(0),
});

type Query = z.infer<typeof querySchema>;

interface OpenFlow {
  flow: Flow;
  edge: Edge;
  side: Side;
}

/** The open flows, one object each; bytes, state and process from the client's side where its socket is seen. */
export function flows(view: View): RequestHandler {
  return (request, response) => {
    const query = querySchema.parse(request.query);
    const found = [...matching(view.flows(), query)];
    const { limit, offset } = query;
    response.json({ total: found.length, limit, offset, flows: found.slice(offset, offset + limit).map(describe) });
  };
}

function* matching(all: Iterable<Flow>, { container, port }: Query): Generator<OpenFlow> {
  for (const flow of all) {
    const { edge } = flow;
    const side = openSide(flow);
    if (!edge || !side) continue;
    if (container !== undefined && edge.source.name !== container && edge.destination.name !== container) continue;
    if (port !== undefined && edge.destinationPort !== port) continue;
    yield { flow, edge, side };
  }
}

function describe({ flow, edge, side }: OpenFlow) {
  return {
    source: edge.source.name,
    destination: edge.destination.name,
    destination_port: edge.destinationPort,
    protocol: edge.protocol,
    ...addressesOf(flow, side),
    sent_bytes: flow.counted.sentBytes,
    received_bytes: flow.counted.receivedBytes,
    retransmits: side.retransmits,
    rtt_seconds: side.rttMicroseconds / 1e6,
    state: stateOf(side),
    pid: side.row.pid,
    comm: side.row.comm,
  };
}

/** From the client's side, whichever socket is seen. */
function addressesOf({ client }: Flow, { row }: Side) {
  const near = { address: row.sourceAddress, port: row.sourcePort };
  const far = { address: row.destinationAddress, port: row.destinationPort };
  const [source, destination] = client?.row === row ? [near, far] : [far, near];
  return {
    source_address: source.address,
    source_port: source.port,
    destination_address: destination.address,
    destination_address_port: destination.port,
  };
}
