import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Keeps a server's connections within a bound. When one comes that is too many, the one that has gone longest without a
 * request makes way, and none whose answer is on its way: refusing the newest would let anyone who opens as many
 * connections, and asks nothing, keep all others out.
 */
export function boundConnections(server: Server, most: number): void {
  const open = new Set<Socket>();
  /** In the order in which they were last of use. */
  const idle = new Set<Socket>();
  const drop = (socket: Socket) => {
    open.delete(socket);
    idle.delete(socket);
  };
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    idle.add(socket);
    socket.once("close", () => drop(socket));
    const [longest = socket] = idle;
    if (open.size <= most) return;
    drop(longest);
    longest.destroy();
  });
  server.on("request", ({ socket }, response) => {
    idle.delete(socket);
    response.once("close", () => {
      if (open.has(socket)) idle.add(socket);
    });
  });
}
