import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

// Words: how to talk, server, port, seconds. Prints how many connections it made and how many bytes it sent.
const [talk, server = "", port, seconds] = process.argv.slice(1);

/** In parallel. */
const BULK_CONNECTIONS = 2;
const BRIEF_CONNECTIONS = 4;
/** Milliseconds a brief connection takes at least: 200 a second in all, which ten minutes of closed ports can bear. */
const BRIEF_MS = 20;

const CHUNK = Buffer.alloc(64 * 1024);
const REQUEST = Buffer.alloc(1000);

const { address } = await lookup(server);
const end = performance.now() + Number(seconds) * 1000;
const made = { connections: 0, sentBytes: 0 };

async function closed(socket: Socket): Promise<void> {
  socket.resume();
  if (!socket.closed) await once(socket, "close");
  made.connections += 1;
  made.sentBytes += socket.bytesWritten;
}

async function bulk(): Promise<void> {
  const socket = connect(Number(port), address);
  while (performance.now() < end) if (!socket.write(CHUNK)) await once(socket, "drain");
  socket.end();
  await closed(socket);
}

async function brief(): Promise<void> {
  while (performance.now() < end) {
    const paced = sleep(BRIEF_MS);
    const socket = connect(Number(port), address);
    socket.write(REQUEST);
    await closed(socket);
    await paced;
  }
}

const [worker, workers] = talk === "bulk" ? [bulk, BULK_CONNECTIONS] : [brief, BRIEF_CONNECTIONS];
await Promise.all(Array.from({ length: workers }, () => worker()));
console.log(JSON.stringify(made));
