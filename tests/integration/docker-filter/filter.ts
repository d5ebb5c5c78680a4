import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { createHost } from "../../../start/lib/host.ts";
import { providedImage } from "../../lib/provided-image.ts";
import { ROOT } from "../lib/launcher.ts";

const USER = 60_901;

/** The service of docker-compose.yml by another name, with an engine's folder and a folder for its socket given to it. */
export interface Filter {
  /** Its container. */
  name: string;
  socket: string;
  log(): Promise<string>;
  restart(): Promise<void>;
  remove(): Promise<void>;
}

export interface FilterOptions {
  /** Folder with the engine's docker.sock. */
  engine: string;
  /** Changes the text of its configuration. */
  configure?: (text: string) => string;
}

export async function startFilter(suffix: string, { engine, configure }: FilterOptions): Promise<Filter> {
  const name = `flowtally-test-filter-${suffix}`;
  const folder = await mkdtemp(path.join(tmpdir(), `${name}-`));
  const run = path.join(folder, "run");
  await chmod(folder, 0o755);
  await mkdir(run);
  // As the volume is made.
  await chmod(run, 0o750);
  await chown(run, USER, USER);
  const configuration = configure ? await changed(folder, configure) : path.join(ROOT, "docker-filter");
  const override = path.join(folder, "override.yml");
  const mounts = [`${engine}:/host/run:ro`, `${configuration}:/etc/haproxy:ro`, `${run}:/run/docker-filter`];
  await writeFile(
    override,
    JSON.stringify({ services: { "docker-filter": { container_name: name, volumes: mounts } } }),
  );
  const env = { HAPROXY_IMAGE: await image(), DOCKER_GID: "0" };
  const files = ["-f", path.join(ROOT, "docker-compose.yml"), "-f", override];
  const compose = (...words: string[]) =>
    execa("docker", ["compose", "--env-file", "/dev/null", "-p", name, ...files, ...words], { env });
  await compose("up", "--detach", "--no-deps", "docker-filter");
  return {
    name,
    socket: path.join(run, "docker.sock"),
    log: async () => (await execa("docker", ["logs", name], { all: true })).all,
    restart: async () => {
      await execa("docker", ["restart", "--time", "5", name]);
    },
    remove: async () => {
      await compose("down", "--timeout", "5", "--volumes");
      await rm(folder, { recursive: true });
    },
  };
}

async function changed(folder: string, configure: (text: string) => string): Promise<string> {
  const source = path.join(ROOT, "docker-filter");
  const target = path.join(folder, "configuration");
  await mkdir(target);
  await writeFile(
    path.join(target, "haproxy.cfg"),
    configure(await readFile(path.join(source, "haproxy.cfg"), "utf8")),
  );
  await writeFile(path.join(target, "listed.txt"), await readFile(path.join(source, "listed.txt")));
  return target;
}

async function image(): Promise<string> {
  const context = { host: createHost(), report: () => {}, signal: new AbortController().signal };
  const provided = await providedImage(context, ROOT, "haproxy");
  if (provided === undefined) throw new Error("there is no image of HAProxy");
  return provided.reference;
}
