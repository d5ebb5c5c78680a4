// Takes all of a connection, then answers it with as many bytes as are asked for on the command line.
import { createServer } from "node:net";

const [port, answer] = process.argv.slice(2).map(Number);
createServer({ allowHalfOpen: true }, (socket) => {
  socket.on("error", () => {});
  socket.on("end", () => socket.end(Buffer.alloc(answer)));
  socket.resume();
}).listen(port, "::");
