import type Docker from "dockerode";

/** A server and a client container on a network of their own, exchanging a known number of bytes. */
export interface Talk {
  server: string;
  client: string;
  port: number;
  connections: number;
  /** Bytes the client sends on each connection. */
  request: number;
  /** Bytes the server sends back on each connection. */
  response: number;
  ipv6?: boolean;
}

const NETWORK = "flowtally-test";

// Both keep their sockets open until they are removed.
const SERVER = `
const { request, response, port } = JSON.parse(process.env.TALK);
require("node:net").createServer((socket) => {
  let seen = 0;
  socket.on("error", () => {}).on("data", (chunk) => { if ((seen += chunk.length) === request) socket.write(Buffer.alloc(response)); });
}).listen(port, () => console.log("listening"));`;

const CLIENT = `
const { request, response, port, connections, server } = JSON.parse(process.env.TALK);
let done = 0;
for (let i = 0; i < connections; i++) {
  let seen = 0;
  const socket = require("node:net").connect(port, server, () => socket.write(Buffer.alloc(request)));
  socket.on("data", (chunk) => { if ((seen += chunk.length) === response && ++done === connections) console.log("done"); });
}`;

/** Runs the two containers from an image with Node as /bin/node; they talk until `remove` is called. */
export async function startTalk(docker: Docker, image: string, talk: Talk): Promise<{ remove(): Promise<void> }> {
  const network = await docker.createNetwork({ Name: `${NETWORK}-${talk.port}`, CheckDuplicate: true });
  const containers: Docker.Container[] = [];
  const remove = async () => {
    for (const container of containers) await container.remove({ force: true });
    await network.remove();
  };
  const run = async (name: string, script: string, ready: string) => {
    const container = await docker.createContainer({
      name,
      Image: image,
      Entrypoint: ["/bin/node", "-e", script],
      Env: [`TALK=${JSON.stringify(talk)}`],
      HostConfig: { NetworkMode: `${NETWORK}-${talk.port}` },
    });
    containers.push(container);
    await container.start();
    await saidBy(container, ready);
  };
  try {
    await run(talk.server, SERVER, "listening");
    await run(talk.client, CLIENT, "done");
  } catch (error) {
    await remove();
    throw error;
  }
  return { remove };
}

async function saidBy(container: Docker.Container, word: string): Promise<void> {
  const log = await container.logs({ follow: true, stdout: true, stderr: true });
  const timer = setTimeout(
    () => (log as unknown as { destroy(error: Error): void }).destroy(new Error(`no "${word}" after 20 s`)),
    20_000,
  );
  let text = "";
  try {
    for await (const chunk of log) {
      text += String(chunk);
      if (text.includes(word)) return;
    }
  } finally {
    clearTimeout(timer);
  }
  throw new Error(`the container ended without "${word}": ${text}`);
}
