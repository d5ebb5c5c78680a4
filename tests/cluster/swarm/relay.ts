import { once } from "node:events";
import { execa } from "execa";
import type { EngineNode } from "./node.ts";

/** Says that it listens. */
const RELAY = `
const net = require("node:net");
const [port, address, socket] = process.argv.slice(1);
const end = (one, other) => one.on("error", () => {}).on("close", () => other.destroy());
net.createServer((caller) => {
  const called = net.connect(socket);
  end(caller, called).pipe(end(called, caller)).pipe(caller);
}).listen(Number(port), address, () => console.log("listening"));`;

/** Whoever connects to a node's address at `port` is connected to a unix socket of this machine, until it is disposed. */
export async function startRelay(node: EngineNode, port: number, socket: string): Promise<AsyncDisposable> {
  const [program, ...words] = node.enter;
  const relay = execa(program, [...words, process.execPath, "-e", RELAY, `${port}`, node.address, socket], {
    stdin: "ignore",
    stdout: "pipe",
    reject: false,
  });
  await once(relay.stdout, "data");
  return {
    [Symbol.asyncDispose]: async () => {
      relay.kill();
      await relay;
    },
  };
}
