/** What a client and a server exchange on each of their connections. */
export interface Talk {
  port: number;
  /** Container name of the server. */
  server: string;
  connections: number;
  /** Bytes the client sends on each connection. */
  request: number;
  /** Bytes the server sends back on each connection. */
  response: number;
}

/** Answers each connection's request; prints "listening". Its settings are a Talk. */
export const SERVER = `
const { request, response, port } = JSON.parse(process.env.SETTINGS);
require("node:net").createServer((socket) => {
  let seen = 0;
  socket.on("error", () => {}).on("data", (chunk) => { if ((seen += chunk.length) === request) socket.write(Buffer.alloc(response)); });
}).listen(port, () => console.log("listening"));`;

/** Makes all connections at once and keeps them open; prints "done" when all are answered. */
export const HOLDING_CLIENT = `
const { request, response, port, connections, server } = JSON.parse(process.env.SETTINGS);
let done = 0;
for (let i = 0; i < connections; i++) {
  let seen = 0;
  const socket = require("node:net").connect(port, server, () => socket.write(Buffer.alloc(request)));
  socket.on("data", (chunk) => { if ((seen += chunk.length) === response && ++done === connections) console.log("done"); });
}`;

/** Makes the connections, eight at a time, closes each once it is answered, prints "done" and ends. */
export const BRIEF_CLIENT = `
const { request, response, port, connections, server } = JSON.parse(process.env.SETTINGS);
const call = (address) => new Promise((resolve, reject) => {
  let seen = 0;
  const socket = require("node:net").connect(port, address, () => socket.write(Buffer.alloc(request)));
  socket.on("error", reject).on("data", (chunk) => { if ((seen += chunk.length) === response) socket.end(); }).on("close", resolve);
});
let left = connections;
const worker = async (address) => { while (left-- > 0) await call(address); };
require("node:dns").promises.lookup(server).then(async ({ address }) => {
  await Promise.all(Array.from({ length: 8 }, () => worker(address)));
  console.log("done");
});`;

/** Answers each datagram; prints "listening". Its settings are a Talk. */
export const DATAGRAM_SERVER = `
const { response, port } = JSON.parse(process.env.SETTINGS);
const socket = require("node:dgram").createSocket("udp4");
socket.on("message", (_, { address, port }) => socket.send(Buffer.alloc(response), port, address));
socket.bind(port, () => console.log("listening"));`;

/** Sends its datagrams one after the other, each once the one before is answered; prints "done" and stays. */
export const DATAGRAM_CLIENT = `
const { request, port, connections, server } = JSON.parse(process.env.SETTINGS);
const socket = require("node:dgram").createSocket("udp4");
let answers = 0;
require("node:dns").promises.lookup(server).then(({ address }) => {
  const send = () => socket.send(Buffer.alloc(request), port, address);
  socket.on("message", () => (++answers < connections ? send() : console.log("done")));
  send();
});`;

const RUN = Date.now().toString(36);

/** A name of this run alone: totals outlive the stack, so another run's would be added to. */
export function named(name: string): string {
  return `${name}-${RUN}`;
}
