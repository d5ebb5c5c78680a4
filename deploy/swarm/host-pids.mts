import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { hostname, networkInterfaces } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";

/**
 * Runs as a task of a Swarm, and starts a container beside itself, of its own image, with its own settings, mounts and
 * network, but in the process namespace of the host, which a Swarm gives no task. It lives as long as that container does, and
 * ends it when it is ended itself. Needs nothing but Node, since it is handed to the image as a config of the Swarm.
 */

const SOCKET = "/var/run/docker.sock";
/** Marks the container that a service has started, by the service's name. */
const LABEL = "org.flowtally.host-pids";
/** The Swarm mounts secrets there, in the memory of this task alone. */
const SECRETS = "/run/secrets";
/** A volume in memory, which the container has as well. */
const FILES = "/files";
/** Less than a Swarm waits for a task to end. */
const STOP_SECONDS = 8;
const GONE = [304, 404, 409];

interface Mount {
  Type: string;
  Source: string;
  Target: string;
}

interface Inspected {
  Id: string;
  Image: string;
  Config: { Env: string[]; Labels: Record<string, string> };
  HostConfig: { Mounts?: Mount[]; LogConfig: unknown };
}

interface Engine {
  NCPU: number;
}

interface Answer {
  status: number;
  body: string;
}

const env = process.env;
const stopped = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stopped.abort());

try {
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function run(): Promise<number> {
  const self: Inspected = await docker("GET", `/containers/${hostname()}/json`);
  const service = self.Config.Labels["com.docker.swarm.service.name"] ?? self.Id;
  await removeLeft(service);
  handOnSecrets();
  const name = encodeURIComponent(`${service}-host-pids`);
  const wanted = containerBeside(self, service, await docker<Engine>("GET", "/info"));
  const { Id } = await docker<{ Id: string }>("POST", `/containers/create?name=${name}`, wanted);
  try {
    if (stopped.signal.aborted) return 0;
    await docker("POST", `/containers/${Id}/start`);
    console.log(`started ${Id.slice(0, 12)}; the console is at ${addresses().map(urlOf).join(" and ")}`);
    return await untilItEnds(Id);
  } finally {
    await docker("DELETE", `/containers/${Id}?force=true&v=true`);
  }
}

async function untilItEnds(id: string): Promise<number> {
  const stop = () =>
    docker("POST", `/containers/${id}/stop?t=${STOP_SECONDS}`).catch((error) => console.error(error.message));
  stopped.signal.addEventListener("abort", stop);
  const ended = docker<{ StatusCode: number }>("POST", `/containers/${id}/wait`);
  // It may have been asked to end while the container started.
  if (stopped.signal.aborted) await stop();
  const { StatusCode } = await ended;
  console.log(`${id.slice(0, 12)} has ended with ${StatusCode}`);
  return stopped.signal.aborted ? 0 : StatusCode;
}

/** A task that was killed could not end its container. */
async function removeLeft(service: string): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`${LABEL}=${service}`] }));
  const left = await docker<{ Id: string }[]>("GET", `/containers/json?all=true&filters=${filters}`);
  for (const { Id } of left) await docker("DELETE", `/containers/${Id}?force=true&v=true`);
}

/** Readable for the group that this process runs with, which is the container's. */
function handOnSecrets(): void {
  for (const name of existsSync(SECRETS) ? readdirSync(SECRETS) : []) {
    writeFileSync(path.join(FILES, name), readFileSync(path.join(SECRETS, name)), { mode: 0o640 });
  }
}

function containerBeside({ Id, Image, Config, HostConfig }: Inspected, service: string, { NCPU }: Engine) {
  const own = (entry: string) => entry.startsWith("HOST_PIDS_") || entry.startsWith("FLOW_ALLOWED_HOSTS=");
  const hosts = [env.FLOW_ALLOWED_HOSTS, ...addresses()].filter(Boolean).join(",");
  return {
    Image,
    User: env.HOST_PIDS_USER,
    Env: [...Config.Env.filter((entry) => !own(entry)), `FLOW_ALLOWED_HOSTS=${hosts}`],
    Labels: { [LABEL]: service },
    HostConfig: {
      PidMode: "host",
      NetworkMode: `container:${Id}`,
      GroupAdd: (env.HOST_PIDS_GROUPS ?? "").split(",").filter(Boolean),
      Mounts: (HostConfig.Mounts ?? []).filter(({ Target }) => Target !== SOCKET),
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Memory: Number(env.HOST_PIDS_MEMORY_MIB) * 1024 * 1024,
      // More than the node has, the engine would refuse.
      NanoCpus: Math.min(Number(env.HOST_PIDS_CPUS), NCPU) * 1e9,
      PidsLimit: 64,
      LogConfig: HostConfig.LogConfig,
    },
  };
}

/** Of this task, which the container has too: nobody can have a name lead to them and be taken for the same page. */
function addresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((some) => some ?? []);
  return all.flatMap(({ internal, family, address }) => (internal || family !== "IPv4" ? [] : [address]));
}

function urlOf(address: string): string {
  return `http://${address}:9436/`;
}

/** @throws Error what the engine says, unless that what was asked for is so already. */
async function docker<Result>(method: string, url: string, body?: unknown): Promise<Result> {
  const answer = await ask(method, url, body === undefined ? undefined : JSON.stringify(body));
  const isOver = method !== "GET" && !url.includes("/create") && GONE.includes(answer.status);
  if (answer.status >= 400 && !isOver) throw new Error(`${method} ${url}: ${answer.status} ${answer.body.trim()}`);
  return (answer.body === "" || isOver ? undefined : JSON.parse(answer.body)) as Result;
}

function ask(method: string, url: string, body: string | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const sent = request({ socketPath: SOCKET, method, path: url, headers }, (response) =>
      text(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), reject),
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
