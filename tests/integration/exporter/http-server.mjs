#!/node
/**
 * Servers, run in a container: port 80 answers HTTP/1 as it is asked, 81 greets who comes, and says again what it hears.
 */
import { createServer } from "node:http";
import { connect, createServer as createTcpServer } from "node:net";

/** Whole segments of a body begin like an answer. */
const LIKE_ANSWERS = "HTTP/1.1 500 Oops\r\n\r\n".repeat(100_000);

const routes = {
  "/ok": (response) => response.end("ok"),
  "/missing": (response) => response.writeHead(404).end(),
  "/nothing": (response) => response.writeHead(204).end(),
  "/large": (response) => response.end(LIKE_ANSWERS),
  "/slow": (response) => setTimeout(() => response.end("late"), 300),
  "/pieces": async (response) => {
    for (let piece = 0; piece < 5; piece++) {
      response.write("HTTP/1.1 503 piece\r\n");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    response.end();
  },
};

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume();
  request.once("end", () => routes[request.url](response));
});
server.on("upgrade", (_, socket) => {
  socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
  socket.on("data", (data) => socket.write(data)).on("error", () => undefined);
  socket.on("end", () => socket.end());
});
server.listen(80, "::", () => {
  createTcpServer((socket) => {
    socket.write("+OK hello\r\n");
    socket.on("data", (data) => socket.write(data)).on("error", () => undefined);
  }).listen(81, "::", () => console.log("done"));
});
// What it asks itself, by loopback.
process.on("SIGUSR2", () => connect(80, "127.0.0.1").end("GET /ok HTTP/1.0\r\n\r\n"));
