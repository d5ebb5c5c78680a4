import { createServer, type Socket } from "node:net";

// Words: how to talk (bulk: swallow all; brief: answer a kilobyte with a kilobyte and close), port, seconds to live.
const [talk, port, seconds] = process.argv.slice(1);

const ANSWER = Buffer.alloc(1000);

function serve(socket: Socket): void {
  socket.on("error", () => socket.destroy());
  if (talk === "bulk") socket.resume();
  else socket.once("data", () => socket.end(ANSWER));
}

createServer(serve).listen(Number(port), () => console.log("listening"));
setTimeout(() => process.exit(), Number(seconds) * 1000);
