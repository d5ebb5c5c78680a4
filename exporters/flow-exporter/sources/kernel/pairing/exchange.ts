import type { Amounts } from "../../../model/flow-delta.ts";
import type { Counted, Exchange, Flow, FlowSocket, Sums } from "../sockets/shapes.ts";

/** What has come since the last time, and is not handed on yet. */
interface Rest extends Amounts {
  socket: FlowSocket;
  isClient: boolean;
}

/** That of a socket which has met no other yet. */
export function createExchange(socket: FlowSocket, isClient: boolean): Exchange {
  return {
    members: new Map([[socket, isClient]]),
    flows: new Set(),
    gone: { certain: nothing(), doubted: nothing() },
    certainGone: false,
    clientSeen: false,
    receivedBytes: 0,
  };
}

export function isAtClientsEnd(socket: FlowSocket): boolean {
  return socket.exchange?.members.get(socket) === true;
}

/** Makes two sockets the ends of a flow, and their exchanges one; `client`: the first of them is the client. */
export function meet(flow: Flow, socket: FlowSocket, other: FlowSocket, client: boolean): void {
  flow.client = client ? socket : other;
  flow.server = client ? other : socket;
  const { exchange: into } = other;
  const from = socket.exchange;
  if (!into || !from) return;
  if (into !== from) merge(into, from);
  into.members.set(socket, client).set(other, !client);
  into.flows.add(flow);
}

/** What sockets that may lie have handed on among themselves is nothing to hold against what a certain one says. */
function merge(into: Exchange, from: Exchange): void {
  const certain = [into, from].filter(hasCertain);
  const believed = certain.length > 0 ? certain : [into, from];
  const receivedBytes = believed.reduce((sum, one) => sum + one.receivedBytes, 0);
  const clientSeen = believed.some((one) => one.clientSeen);
  for (const [socket, isClient] of from.members) {
    into.members.set(socket, isClient);
    socket.exchange = into;
  }
  for (const flow of from.flows) into.flows.add(flow);
  addSums(into.gone.certain, from.gone.certain);
  addSums(into.gone.doubted, from.gone.doubted);
  Object.assign(into, { receivedBytes, clientSeen, certainGone: into.certainGone || from.certainGone });
  from.members.clear();
  from.flows.clear();
}

/** Goes on where an earlier exporter was: what it handed on is not new. */
export function resume(socket: FlowSocket, { sentBytes, receivedBytes, opened, ended, clientSeen }: Counted): void {
  const { exchange, flow } = socket;
  if (!exchange) return;
  const client = isAtClientsEnd(socket);
  socket.handedOn = { sentBytes, receivedBytes };
  flow.counted.opened ||= opened;
  flow.counted.ended ||= ended;
  if (socket.isDoubted && hasCertain(exchange)) return;
  exchange.clientSeen ||= clientSeen;
  exchange.receivedBytes += client ? receivedBytes : clientSeen ? 0 : sentBytes;
  if (!client && flow.client) return;
  const own = client ? { sentBytes, receivedBytes } : { sentBytes: receivedBytes, receivedBytes: sentBytes };
  flow.allotted = own;
  Object.assign(flow.counted, own);
}

/** The sockets that go on in a flow: where Docker's resolver is asked at one port and answers at another, one can show as two. */
export function socketsOf(flow: Flow): FlowSocket[] {
  const { client, server } = flow;
  const own = client?.flow === flow ? client : server;
  const members = own?.exchange?.members ?? new Map<FlowSocket, boolean>();
  return [...members.keys()].filter((socket) => socket.flow === flow);
}

/** Whether all that the clients of a flow have asked has been answered, as far as the one end shows that is seen. */
export function isAnswered(flow: Flow): boolean {
  const sockets = socketsOf(flow);
  const clients = sockets.filter(isAtClientsEnd);
  const sum = (of: (socket: FlowSocket) => number) =>
    (clients.length > 0 ? clients : sockets).reduce((all, socket) => all + of(socket), 0);
  const [sent, received] = [sum(({ sentPackets }) => sentPackets), sum(({ receivedPackets }) => receivedPackets)];
  return sent > 0 && received > 0 && (clients.length > 0 ? received >= sent : sent >= received);
}

/** Lets a socket whose flow is over go on in the next, with those that shared it. */
export function goOn(socket: FlowSocket, next: Flow): void {
  const { flow: before, exchange } = socket;
  next.client = before.client;
  next.server = before.server;
  next.again = true;
  exchange?.flows.add(next);
  for (const one of exchange?.members.keys() ?? []) if (one.flow === before) one.flow = next;
}

/** What has been handed on of a socket, or of a connection's two. */
export function countedOf({ exchange, flow, handedOn }: FlowSocket): Counted {
  if (!exchange) return flow.counted;
  return { ...flow.counted, ...handedOn, clientSeen: exchange.clientSeen };
}

/** Takes a socket out that shows no more; what it has carried stays. */
export function takeOut(socket: FlowSocket): void {
  const { exchange } = socket;
  const isClient = exchange?.members.get(socket);
  if (!exchange || isClient === undefined) return;
  exchange.members.delete(socket);
  exchange.certainGone ||= !socket.isDoubted;
  const gone = socket.isDoubted ? exchange.gone.doubted : exchange.gone.certain;
  addTo(isClient ? gone.clients : gone.servers, socket.handedOn);
}

/** Hands on what has come since the last time, each byte to one flow. */
export function allot(exchange: Exchange): void {
  const onlyCertain = hasCertain(exchange);
  const before = sumsOf(exchange, onlyCertain);
  const rests = [...exchange.members].map(([socket, isClient]) => takeRest(socket, isClient)).sort(certainFirst);
  const after = sumsOf(exchange, onlyCertain);
  exchange.clientSeen ||= rests.some(({ socket, isClient }) => isClient && !(onlyCertain && socket.isDoubted));
  // What has arrived was sent: the more complete of the two counts.
  const sent = mostSent(after) - mostSent(before);
  share(exchange, rests, sent, "sentBytes", "receivedBytes");
  const received = Math.max(0, answeredIn(exchange, after) - exchange.receivedBytes);
  exchange.receivedBytes += received;
  share(exchange, rests, received, "receivedBytes", "sentBytes");
}

/** What a server has sent need not have arrived: it only counts where no client is seen. */
function answeredIn({ clientSeen }: Exchange, { clients, servers }: Sums): number {
  return clientSeen ? clients.receivedBytes : servers.sentBytes;
}

function mostSent({ clients, servers }: Sums): number {
  return Math.max(clients.sentBytes, servers.receivedBytes);
}

/** What those have handed on whose word counts. */
function sumsOf({ members, gone }: Exchange, onlyCertain: boolean): Sums {
  const sums = nothing();
  addSums(sums, onlyCertain ? gone.certain : gone.doubted);
  for (const [socket, isClient] of members) {
    if (!(onlyCertain && socket.isDoubted)) addTo(isClient ? sums.clients : sums.servers, socket.handedOn);
  }
  return sums;
}

function hasCertain({ members, certainGone }: Exchange): boolean {
  if (certainGone) return true;
  for (const { isDoubted } of members.keys()) if (!isDoubted) return true;
  return false;
}

function certainFirst({ socket: one }: Rest, { socket: other }: Rest): number {
  return Number(one.isDoubted) - Number(other.isDoubted);
}

function takeRest(socket: FlowSocket, isClient: boolean): Rest {
  const { handedOn } = socket;
  const rest = {
    socket,
    isClient,
    sentBytes: Math.max(0, socket.sentBytes - handedOn.sentBytes),
    receivedBytes: Math.max(0, socket.receivedBytes - handedOn.receivedBytes),
  };
  socket.handedOn = plus(handedOn, rest);
  return rest;
}

/**
 * Gives `bytes` to the flows, by what their sockets have counted: first what both ends of a flow have counted, then what one alone
 * has. `at`: the name that the clients have for them; `opposite`: the servers'.
 */
function share(
  { flows }: Exchange,
  rests: readonly Rest[],
  bytes: number,
  at: keyof Amounts,
  opposite: keyof Amounts,
): void {
  let left = bytes;
  const give = (flow: Flow, most: number) => {
    const given = Math.min(most, left);
    left -= given;
    flow.allotted = { ...flow.allotted, [at]: flow.allotted[at] + given };
    return given;
  };
  if (left > 0 && flows.size > 1) {
    const restOf = new Map(rests.map((rest) => [rest.socket, rest]));
    for (const flow of certainFlowsFirst(flows)) {
      const [client, server] = endsOf(flow, restOf);
      if (!client || !server) continue;
      const given = give(flow, Math.min(client[at], server[opposite]));
      client[at] -= given;
      server[opposite] -= given;
    }
  }
  for (const { socket, isClient, ...rest } of rests) if (isClient) give(socket.flow, rest[at]);
  for (const { socket, isClient, ...rest } of rests) if (!isClient) give(socket.flow, rest[opposite]);
}

/** So that a socket that may lie gets nothing of what another can have sent. */
function certainFlowsFirst(flows: ReadonlySet<Flow>): Flow[] {
  const doubtsIn = ({ client, server }: Flow) =>
    Number(client?.isDoubted ?? false) + Number(server?.isDoubted ?? false);
  return [...flows].sort((one, other) => doubtsIn(one) - doubtsIn(other));
}

function endsOf({ client, server }: Flow, restOf: ReadonlyMap<FlowSocket, Rest>): (Rest | undefined)[] {
  return [client, server].map((socket) => socket && restOf.get(socket));
}

function nothing(): Sums {
  return { clients: { sentBytes: 0, receivedBytes: 0 }, servers: { sentBytes: 0, receivedBytes: 0 } };
}

function addSums(sum: Sums, more: Sums): void {
  addTo(sum.clients, more.clients);
  addTo(sum.servers, more.servers);
}

function plus(one: Amounts, more: Amounts): Amounts {
  return { sentBytes: one.sentBytes + more.sentBytes, receivedBytes: one.receivedBytes + more.receivedBytes };
}

function addTo(sum: Amounts, more: Amounts): void {
  sum.sentBytes += more.sentBytes;
  sum.receivedBytes += more.receivedBytes;
}
