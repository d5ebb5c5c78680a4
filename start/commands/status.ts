import { createDocker, noDocker } from "../lib/docker.ts";
import { renderStatus, type ServiceStatus } from "../render/status.ts";
import { loadSettings, type Settings } from "../settings/index.ts";
import { type ContainerState, listContainers, memoryOf } from "../stack/containers.ts";
import { readLeftOut } from "../stack/files.ts";
import { layoutOf } from "../stack/layout.ts";
import { leftOutUdp } from "../stack/left-out-udp.ts";
import { SERVICES } from "../stack/services.ts";
import { readTracerState } from "../stack/tracer-state.ts";
import type { Command } from "./command.ts";

const ANSWER_MS = 2_000;

/** Exit code 0 when every service that was started is healthy, 1 otherwise. */
export const status: Command = async ({ host, projectRoot, options, stdout }) => {
  const layout = layoutOf(projectRoot, options.config);
  const settings = await loadSettings(layout.config);
  const docker = createDocker(host);
  const containers = await listContainers(docker).catch((cause: unknown) => {
    throw noDocker(cause);
  });
  const services = await Promise.all(
    SERVICES.map(async ({ name, port }): Promise<ServiceStatus> => {
      const container = containers.find(({ service }) => service === name);
      const memory = container?.state === "running" ? await memoryOf(docker, container.id) : undefined;
      return { ...describe(name, container), ...urlOf(settings, port), ...(memory ? { memory } : {}) };
    }),
  );
  const tracer = await readTracerState(`http://127.0.0.1:${settings.FLOW_EXPORTER_PORT}`, ANSWER_MS);
  // What a start left out is nothing to tell of where nothing runs.
  const started = containers.length > 0 ? await readLeftOut(layout) : [];
  const leftOut = [...started, ...leftOutUdp(settings, tracer)];
  const report = { services, tracer, leftOut };
  stdout.write(options.json ? `${JSON.stringify(report, undefined, 2)}\n` : renderStatus(report));
  const expected = services.filter(({ service }) => !leftOut.some(({ part }) => part === service));
  return expected.every(({ health }) => health === "healthy") ? 0 : 1;
};

function describe(service: string, container: ContainerState | undefined) {
  return container
    ? { service, state: container.state, health: container.health, image: container.image }
    : { service, state: "absent", health: "none" };
}

function urlOf(settings: Settings, port: (typeof SERVICES)[number]["port"]) {
  return port === undefined ? {} : { url: `http://127.0.0.1:${settings[port]}` };
}
