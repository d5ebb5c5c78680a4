import { createDocker } from "../lib/docker.ts";
import { printableJson } from "../lib/printable.ts";
import { renderWarning } from "../render/error.ts";
import { renderStatus, type ServiceStatus } from "../render/status.ts";
import { readCiliumState } from "../stack/cilium-state.ts";
import { type ContainerState, memoryOf } from "../stack/containers.ts";
import { readExporterHealth } from "../stack/exporter-health.ts";
import { hubbleStateIn } from "../stack/hubble-state.ts";
import { leftOutUdp } from "../stack/left-out-udp.ts";
import { startedLayout } from "../stack/named-layout.ts";
import { prometheusAt } from "../stack/prometheus.ts";
import { readRemoteWriteState } from "../stack/remote-write-state.ts";
import { findRunning } from "../stack/running.ts";
import { isWanted, SERVICES, urlOf } from "../stack/services.ts";
import { storeStateIn } from "../stack/store-state.ts";
import { tracerStateIn } from "../stack/tracer-state.ts";
import { defineCommand } from "./command.ts";
import { SETTINGS_FILE } from "./options.ts";

const ANSWER_MS = 2_000;

/** Exit code 0 when every service that was started is healthy, 1 otherwise. */
export const status = defineCommand({
  usage: "npm run status",
  about: "Show each service: state, health, memory and URL",
  options: {
    json: { type: "boolean", about: "print JSON, for scripts" },
    config: SETTINGS_FILE,
  },
  run: async ({ host, projectRoot, options, stdout, stderr }) => {
    const docker = createDocker(host);
    const layout = await startedLayout(host, docker, projectRoot, options.config);
    const running = await findRunning({ docker, host, layout }, options.config);
    const { containers, settings } = running;
    if (running.fault) stderr.write(renderWarning(running.fault));
    const expected = SERVICES.filter(
      ({ name }) => isWanted(name, settings) || containers.some(({ service }) => service === name),
    );
    const services = await Promise.all(
      expected.map(async ({ name }): Promise<ServiceStatus> => {
        const container = containers.find(({ service }) => service === name);
        const memory = container?.state === "running" ? await memoryOf(docker, container.id) : undefined;
        const url = container && urlOf(name, settings);
        return { ...describe(name, container), ...(url ? { url } : {}), ...(memory ? { memory } : {}) };
      }),
    );
    // At its port another stack may answer where this one's is not there.
    const runs = (name: string) => containers.some(({ service, state }) => service === name && state === "running");
    const exporterUrl = `http://127.0.0.1:${settings.FLOW_EXPORTER_PORT}`;
    const health = runs("flow-exporter") ? await readExporterHealth(exporterUrl, ANSWER_MS) : null;
    const [tracer, store] = [tracerStateIn(health), storeStateIn(health)];
    const prometheus = prometheusAt(`http://127.0.0.1:${settings.PROMETHEUS_PORT}`);
    const remoteWrite = runs("prometheus") ? await readRemoteWriteState(settings.REMOTE_WRITE_URL, prometheus) : null;
    const cilium = runs("prometheus") ? await readCiliumState(settings.CILIUM_NODES, prometheus) : null;
    const hubble = hubbleStateIn(settings, health);
    const leftOut = [...running.leftOut, ...leftOutUdp(settings, tracer)];
    const { folder, certain } = running;
    const elsewhere = folder === layout.root ? {} : { startedFrom: { folder, settingsKnown: certain } };
    const report = { services, tracer, store, remoteWrite, cilium, hubble, leftOut, ...elsewhere };
    stdout.write(options.json ? `${printableJson(report)}\n` : renderStatus(report));
    const started = services.filter(({ service }) => !leftOut.some(({ part }) => part === service));
    return started.every(({ health }) => health === "healthy") ? 0 : 1;
  },
});

function describe(service: string, container: ContainerState | undefined) {
  return container
    ? { service, state: container.state, health: container.health, image: container.image }
    : { service, state: "absent", health: "none" };
}
