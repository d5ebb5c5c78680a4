// Sends as many bytes as each line says on a connection of its own, one after the other, and prints the line once it was answered.
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";

const [host, port] = process.argv.slice(2);
// Made beforehand, so that no work goes with a size.
const bytes = Buffer.alloc(4 * 2 ** 20);

for await (const line of createInterface(process.stdin)) {
  const socket = connect({ host, port: Number(port), allowHalfOpen: true });
  await once(socket, "connect");
  socket.end(bytes.subarray(0, Number(line)));
  socket.resume();
  await once(socket, "end");
  console.log(line);
}
