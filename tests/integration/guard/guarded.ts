import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type Docker from "dockerode";
import { execa } from "execa";
import { type ImageName, provideImages } from "../../../start/images/index.ts";
import type { Host } from "../../../start/lib/host.ts";
import { extractPrograms } from "../../../start/stack/programs.ts";
import { ROOT } from "../lib/launcher.ts";

/** Its own metrics, four times over: some 2,000 series. */
export const JOBS: readonly string[] = ["a", "b", "c", "d"];
const CONFIG = {
  global: { scrape_interval: "1s", scrape_timeout: "1s" },
  scrape_configs: JOBS.map((job_name) => ({
    job_name,
    static_configs: [{ targets: ["localhost:9090"] }],
  })),
};
const IMAGES: readonly ImageName[] = ["prometheus", "node-exporter", "flow-tracer", "haproxy"];
/** A way to Prometheus, and to guard, as their neighbours in the network have it. */
const DOOR = `
defaults
    mode tcp
    timeout connect 5s
    timeout client 60s
    timeout server 60s
listen door
    bind :9090
    server prometheus prometheus:9090
listen guards-door
    bind :9100
    server guard guard:9100
`;

/** guard, and two of the services behind it, as docker-compose.yml has them, under other names and ports. */
export interface Guarded {
  /** Through guard. */
  prometheus: string;
  nodeExporter: string;
  /** Past guard, as flow-exporter sees it. */
  prometheusItself: string;
  /** Through guard, as Prometheus asks it. */
  nodeExporterInside: string;
  container(service: string): Docker.Container;
  remove(): Promise<void>;
}

export async function startGuarded(docker: Docker, host: Host, allowedHosts: string): Promise<Guarded> {
  const project = `flowtally-test-guard-${process.pid}`;
  const folder = await mkdtemp(path.join(os.tmpdir(), `${project}-`));
  await chmod(folder, 0o755);
  await writeFile(path.join(folder, "prometheus.yml"), JSON.stringify(CONFIG));
  const override = path.join(folder, "override.yml");
  await writeFile(override, overrideOf(project, folder));
  await writeFile(path.join(folder, "door.cfg"), DOOR);
  const images = await imageVariables(docker, host);
  await extractPrograms(docker, images.FLOW_TRACER_IMAGE ?? "", path.join(folder, "bin"));
  const env = { ...images, FLOW_ALLOWED_HOSTS: allowedHosts };
  const files = ["--file", path.join(ROOT, "docker-compose.yml"), "--file", override];
  const compose = (...words: string[]) =>
    execa("docker", ["compose", "--env-file", "/dev/null", "--project-name", project, ...files, ...words], { env });
  const container = (service: string) => docker.getContainer(`${project}-${service}`);
  const remove = async () => {
    await compose("down", "--timeout", "5", "--volumes");
    await rm(folder, { recursive: true });
  };
  try {
    await compose("up", "--detach", "--no-deps", "guard", "prometheus", "node-exporter", "door");
    return {
      prometheus: await published(container("guard"), 9090),
      nodeExporter: await published(container("guard"), 9100),
      prometheusItself: await published(container("door"), 9090),
      nodeExporterInside: await published(container("door"), 9100),
      container,
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

function overrideOf(project: string, folder: string): string {
  const ports = [9090, 8080, 9100, 9435].map((port) => `"127.0.0.1::${port}"`);
  return `services:
  guard: { container_name: ${project}-guard, ports: !override [${ports.join(", ")}] }
  prometheus: { container_name: ${project}-prometheus, volumes: ["${folder}:/etc/prometheus:ro"] }
  node-exporter: { container_name: ${project}-node-exporter, volumes: ["${folder}/bin:/probe:ro"] }
  door:
    container_name: ${project}-door
    image: $HAPROXY_IMAGE
    restart: always
    networks: [default, backend]
    ports: ["127.0.0.1::9090", "127.0.0.1::9100"]
    volumes: ["${folder}/door.cfg:/etc/haproxy/haproxy.cfg:ro"]
`;
}

async function imageVariables(docker: Docker, host: Host): Promise<Record<string, string>> {
  const signal = AbortSignal.timeout(600_000);
  const images = await provideImages({ docker, host, projectRoot: ROOT, services: IMAGES, signal });
  return Object.fromEntries(
    images.map(({ service, reference }) => [`${service.toUpperCase().replaceAll("-", "_")}_IMAGE`, reference]),
  );
}

async function published(container: Docker.Container, port: number): Promise<string> {
  const { NetworkSettings } = await container.inspect();
  return `http://127.0.0.1:${NetworkSettings.Ports[`${port}/tcp`]?.[0]?.HostPort}`;
}
