import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const ENGINE = "/var/run/docker.sock";
const GARBAGE = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{"what":"ever"}';

/** What a caller meets: the engine; nobody who answers; answers without sense; the engine, but no events of it. */
type Behaviour = "open" | "hanging" | "garbage" | "no events";

/** A socket in front of the real engine, that can do what an engine does when it is not well. */
export interface DockerGate {
  socket: string;
  behave(behaviour: Behaviour): void;
  /** Takes the socket away, as an engine that is stopped does. */
  leave(): Promise<void>;
  comeBack(): Promise<void>;
  remove(): Promise<void>;
}

/** Open at first. */
export async function createDockerGate(): Promise<DockerGate> {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-gate-"));
  await chmod(folder, 0o755);
  const socket = path.join(folder, "docker.sock");
  const callers = new Set<Socket>();
  let behaviour: Behaviour = "open";
  let server: Server | undefined;
  const hangUp = () => {
    for (const caller of callers) caller.destroy();
  };
  const comeBack = async () => {
    server = createServer((caller) => {
      callers.add(caller.on("error", () => {}).on("close", () => callers.delete(caller)));
      meet(caller, behaviour);
    });
    await once(server.listen(socket), "listening");
    await chmod(socket, 0o666);
  };
  const leave = async () => {
    const closed = server && once(server, "close");
    server?.close();
    hangUp();
    await closed;
  };
  await comeBack();
  return {
    socket,
    behave: (next) => {
      behaviour = next;
      hangUp();
    },
    leave,
    comeBack,
    remove: async () => {
      await leave();
      await rm(folder, { recursive: true });
    },
  };
}

function meet(caller: Socket, behaviour: Behaviour): void {
  if (behaviour === "garbage") caller.on("data", () => caller.write(GARBAGE));
  if (behaviour === "open" || behaviour === "no events") passOn(caller, behaviour === "open");
}

/** A caller can ask several things over one connection. */
function passOn(caller: Socket, events: boolean): void {
  const engine = connect(ENGINE).on("error", () => caller.destroy());
  caller.on("close", () => engine.destroy());
  engine.on("close", () => caller.destroy()).pipe(caller);
  caller.on("data", (request) => {
    if (events || !/^GET \S*\/events/.test(String(request))) engine.write(request);
  });
}
