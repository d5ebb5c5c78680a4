import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { readSettings } from "../../../start/settings/index.ts";
import { environmentOf, renderEnv, renderHostCompose, targetFiles } from "../../../start/stack/environment.ts";
import type { HostFacts } from "../../../start/stack/host-facts.ts";
import { deviceOf } from "../../../start/stack/host-facts.ts";
import { layoutOf } from "../../../start/stack/layout.ts";

const facts: HostFacts = {
  node: "alpha",
  dockerGid: 998,
  dockerLayers: "/data/docker/image/overlay2/layerdb/mounts",
  cgroupVersion: "1",
  bpfCapability: true,
  cpus: 2,
  dataDisk: "/dev/vda",
};
/** Else flow-exporter has a port more. */
const QUIET = "HUBBLE_LISTEN=off";
const settings = readSettings("GRAFANA_ADMIN_PASSWORD=secret\nPROMETHEUS_PORT=9091\n");
const layout = layoutOf("/project");
const input = { settings, facts, examples: ["syscalls"], leftOut: [], layout, healthSeconds: 20 };
const built = {
  service: "prometheus",
  reference: "flowtally/prometheus:abc",
  origin: "built",
  sizeBytes: 1,
  seconds: 1,
} as const;
const missing = {
  service: "grafana",
  reference: "grafana/grafana:1",
  origin: "missing",
  sizeBytes: 0,
  seconds: 1,
} as const;

describe("the environment of docker-compose.yml", () => {
  it("has settings, images and host facts, and never the password", () => {
    const environment = environmentOf({ ...input, images: [built, missing] });
    assert.equal(environment.PROMETHEUS_PORT, "9091");
    assert.equal(environment.PROMETHEUS_MAX_SAMPLES, String(2 ** 30 / 512));
    assert.equal(environment.PROMETHEUS_IMAGE, "flowtally/prometheus:abc");
    assert.equal(environment.DOCKER_GID, "998");
    assert.equal(environment.FLOW_NODE, "alpha");
    assert.equal(environment.HEALTH_INTERVAL, "20s");
    assert.equal(environment.COMPOSE_PROFILES, "", "Grafana's image is missing");
    assert.ok(!("GRAFANA_IMAGE" in environment));
    assert.ok(!JSON.stringify(environment).includes("secret"));
  });

  it("lets the exporter read the kernel's table of connections where there is a store that needs it", () => {
    const gidWith = (text: string) =>
      environmentOf({ ...input, settings: readSettings(text), images: [built] }).CONNTRACK_GID;
    assert.deepEqual([gidWith(""), gidWith("FLOW_STORE=/state/flows.db")], ["60906", "0"]);
  });

  it("asks for Alertmanager where there is an image of it, and never tells the webhook", () => {
    const asked = readSettings("ALERT_WEBHOOK_URL=https://alerts.example/hook/secret");
    const image = { ...built, service: "alertmanager", reference: "a:1" } as const;
    const environment = environmentOf({ ...input, settings: asked, images: [built, image, missing] });
    assert.equal(environment.COMPOSE_PROFILES, "alertmanager");
    assert.equal(environment.ALERTMANAGER_IMAGE, "a:1");
    assert.ok(!JSON.stringify(environment).includes("alerts.example"));
  });

  it("names the images that were found, not those that were asked for", () => {
    const asked = readSettings("PROMETHEUS_IMAGE=prom/prometheus:v3\nCADVISOR_IMAGE=c:1");
    const environment = environmentOf({ ...input, settings: asked, images: [built] });
    assert.equal(environment.PROMETHEUS_IMAGE, "flowtally/prometheus:abc");
    assert.ok(!("CADVISOR_IMAGE" in environment));
  });

  it("limits no service to more CPUs than there are, and none where the kernel cannot", () => {
    const cpusOf = (cpus: number, text = "") =>
      environmentOf({ ...input, settings: readSettings(text), facts: { ...facts, cpus }, images: [] })
        .FLOW_EXPORTER_CPUS;
    assert.deepEqual([cpusOf(8), cpusOf(1), cpusOf(0)], ["2", "1", "0"]);
    assert.equal(cpusOf(8, "FLOW_EXPORTER_CPUS=0.25"), "0.25");
  });

  it("keeps every character of a value", () => {
    const env = renderEnv({ REASON: `it's "quoted" and $costly` });
    assert.match(env, /^REASON='it\\'s "quoted" and \$costly'$/m);
  });

  it("throttles one service, far above any disk, only where cgroup v1 needs it to count bytes", () => {
    const settings = readSettings("");
    assert.match(renderHostCompose(facts, settings, layout), /path: \/dev\/vda/);
    assert.doesNotMatch(renderHostCompose({ ...facts, cgroupVersion: "2" }, settings, layout), /blkio/);
    assert.doesNotMatch(renderHostCompose({ ...facts, dataDisk: undefined }, settings, layout), /blkio/);
  });

  it("asks for SYS_ADMIN only of an engine that cannot grant its part BPF", () => {
    const old = { ...facts, bpfCapability: false };
    assert.match(renderHostCompose(old, readSettings(""), layout), /cap_add: !override\n\s+- SYS_ADMIN/);
    assert.doesNotMatch(renderHostCompose(facts, readSettings(""), layout), /cap_add/);
  });

  it("has a socket of flows, and folders of other tracers', only where the settings ask for them", () => {
    assert.doesNotMatch(renderHostCompose(facts, readSettings(""), layout), /socket|FLOW_SOURCES/);
    const lines = [
      "FLOW_TRACER_SOCKET=on",
      "FLOW_SOURCES=kernel, uds:/run/a/one.sock,uds:/run/a/two.sock,uds:/srv/b/t.sock",
    ];
    const { services, volumes } = parse(renderHostCompose(facts, readSettings([QUIET, ...lines].join("\n")), layout));
    assert.deepEqual(services["flow-exporter"], {
      environment: {
        FLOW_SOURCES: "kernel,uds:/host/run/a/one.sock,uds:/host/run/a/two.sock,uds:/host/srv/b/t.sock",
        FLOW_TRACER_SOCKET: "/run/tracer-socket/tracer.sock",
      },
      volumes: ["tracer-socket:/run/tracer-socket", "/run/a:/host/run/a:ro", "/srv/b:/host/srv/b:ro"],
    });
    assert.match(volumes["tracer-socket"].driver_opts.o, /uid=60906,gid=60906,mode=0750/);
    const { services: reading, volumes: none } = parse(
      renderHostCompose(facts, readSettings(`${QUIET}\n${lines[1]}`), layout),
    );
    assert.deepEqual([Object.keys(reading["flow-exporter"].environment), none], [["FLOW_SOURCES"], undefined]);
    const metrics = parse(
      renderHostCompose(facts, readSettings(`${QUIET}\nFLOW_SOURCES=kernel,hubble-metrics`), layout),
    );
    assert.deepEqual(metrics.services["flow-exporter"], { environment: { FLOW_SOURCES: "kernel,hubble-metrics" } });
  });

  it("has Hubble's files and those of TLS mounted, and its observers told, where the settings name them", () => {
    const lines = [
      "FLOW_SOURCES=kernel,hubble:host.docker.internal:4245,hubble-file:/var/run/cilium/hubble/events.log",
      ...["HUBBLE_SOURCE_TLS=on", "HUBBLE_SOURCE_CA_FILE=/srv/tls/ca.crt", "HUBBLE_SOURCE_SERVER_NAME=a.relay"],
    ];
    const { services } = parse(renderHostCompose(facts, readSettings([QUIET, ...lines].join("\n")), layout));
    assert.deepEqual(services["flow-exporter"], {
      environment: {
        FLOW_SOURCES: "kernel,hubble:host.docker.internal:4245,hubble-file:/var/run/cilium/hubble/events.log",
        HUBBLE_SOURCE_ROOT: "/host",
        HUBBLE_SOURCE_TLS: "on",
        HUBBLE_SOURCE_SERVER_NAME: "a.relay",
        HUBBLE_SOURCE_CA_FILE: "/host/srv/tls/ca.crt",
      },
      volumes: ["/var/run/cilium/hubble:/host/var/run/cilium/hubble:ro", "/srv/tls:/host/srv/tls:ro"],
      extra_hosts: ["host.docker.internal:host-gateway"],
    });
  });

  it("tells those of this machine's address that send to it, and nobody else", () => {
    const servicesWith = (...lines: string[]) =>
      parse(renderHostCompose({ ...facts, dataDisk: undefined }, readSettings([QUIET, ...lines].join("\n")), layout))
        .services;
    const gateway = { extra_hosts: ["host.docker.internal:host-gateway"] };
    assert.deepEqual(
      servicesWith("FLOW_STORE=postgres://me@db.example/flows", "ALERT_WEBHOOK_URL=https://alerts.example/hook"),
      {},
    );
    assert.deepEqual(servicesWith("FLOW_STORE=postgres://me@Host.docker.internal:5433/flows"), {
      "flow-exporter": gateway,
    });
    assert.deepEqual(servicesWith("ALERT_WEBHOOK_URL=http://host.docker.internal/hook"), { alertmanager: gateway });
    const both = servicesWith(
      "REMOTE_WRITE_URL=http://host.docker.internal:8428/api/v1/write",
      "FLOW_STORE=postgres://me@host.docker.internal/flows",
      "FLOW_TRACER_SOCKET=on",
    );
    assert.deepEqual(
      [both.prometheus.extra_hosts, both["flow-exporter"].extra_hosts, both["flow-exporter"].volumes],
      [gateway.extra_hosts, gateway.extra_hosts, ["tracer-socket:/run/tracer-socket"]],
    );
    assert.deepEqual(Object.keys(both.prometheus.networks), ["backend", "prometheus-outside"]);
  });

  it("publishes Hubble's port where the settings say, with its files, and beside what else flow-exporter gets", () => {
    const exporterWith = (...lines: string[]) =>
      parse(renderHostCompose(facts, readSettings(lines.join("\n")), layout)).services["flow-exporter"];
    assert.deepEqual(exporterWith(), {
      environment: { HUBBLE_LISTEN: ":4245", HUBBLE_ADVERTISE: "127.0.0.1:4245" },
      ports: ["127.0.0.1:4245:4245"],
    });
    assert.equal(exporterWith(QUIET), undefined);
    const both = exporterWith(
      "HUBBLE_LISTEN=[::]:4300",
      "HUBBLE_PEERS=b, c:4246",
      "HUBBLE_TLS_CERT_FILE=/etc/tls/crt",
      "HUBBLE_TLS_KEY_FILE=/etc/tls/key",
      "FLOW_TRACER_SOCKET=on",
    );
    assert.deepEqual(both.ports, ["[::]:4300:4245"]);
    assert.deepEqual(both.environment, {
      FLOW_SOURCES: "kernel",
      FLOW_TRACER_SOCKET: "/run/tracer-socket/tracer.sock",
      HUBBLE_LISTEN: ":4245",
      HUBBLE_PEERS: "b,c:4246",
      HUBBLE_TLS_CERT_FILE: "/run/secrets/hubble/HUBBLE_TLS_CERT_FILE",
      HUBBLE_TLS_KEY_FILE: "/run/secrets/hubble/HUBBLE_TLS_KEY_FILE",
    });
    assert.deepEqual(both.volumes, [
      "tracer-socket:/run/tracer-socket",
      "/etc/tls/crt:/run/secrets/hubble/HUBBLE_TLS_CERT_FILE:ro",
      "/etc/tls/key:/run/secrets/hubble/HUBBLE_TLS_KEY_FILE:ro",
    ]);
  });

  it("takes NET_ADMIN from the tracer when it does not count UDP", () => {
    assert.match(
      renderHostCompose(facts, readSettings("FLOW_UDP=off"), layout),
      /flow-tracer:\n\s+cap_add: !override\n\s+- BPF\n\s+- PERFMON\n/,
    );
  });

  it("leaves it NET_ADMIN to count HTTP, and shows it the file that says whose, only where containers are named", () => {
    const named = readSettings(`${QUIET}\nFLOW_UDP=off\nFLOW_HTTP=web,shop-api`);
    const { services } = parse(renderHostCompose({ ...facts, dataDisk: undefined }, named, layout));
    assert.deepEqual(services, { "flow-tracer": { volumes: ["flow-data:/state:ro"] } });
    const variables = (text: string) => environmentOf({ ...input, settings: readSettings(text), images: [] });
    assert.equal(variables("FLOW_HTTP=web").FLOW_HTTP_FILE, "/state/http");
    assert.equal(variables("").FLOW_HTTP_FILE, "");
  });

  it("gives Prometheus the targets that depend on the host", () => {
    assert.deepEqual(JSON.parse(targetFiles(settings, [])["grafana.json"] ?? ""), []);
    const both = targetFiles(settings, ["grafana", "alertmanager"]);
    assert.deepEqual(JSON.parse(both["grafana.json"] ?? ""), [{ targets: ["grafana:3000"] }]);
    assert.deepEqual(JSON.parse(both["alertmanager.json"] ?? ""), [{ targets: ["alertmanager:9093"] }]);
  });

  it("lets a scrape of flow-exporter have twice the samples that so many edges can have", () => {
    const limitOf = (maxEdges: number) => {
      const text = targetFiles({ ...settings, FLOW_MAX_EDGES: maxEdges }, [])["flow-exporter.yml"] ?? "";
      return (parse(text) as { scrape_configs: { sample_limit: number }[] }).scrape_configs[0]?.sample_limit ?? 0;
    };
    assert.deepEqual([limitOf(2_000), limitOf(100_000)], [248_800, 11_460_000]);
  });
});

describe("the disk under a folder", () => {
  const mountinfo = [
    "22 1 254:0 / / rw - ext4 /dev/vda rw",
    "30 22 259:3 / /var/lib/docker rw - ext4 /dev/nvme0n1p3 rw",
    "31 22 0:25 / /tmp rw - tmpfs tmpfs rw",
  ].join("\n");

  it("is that of its deepest mount", () => {
    assert.equal(deviceOf(mountinfo, "/var/lib/docker"), "259:3");
    assert.equal(deviceOf(mountinfo, "/var/lib/dockerish"), "254:0");
    assert.equal(deviceOf(mountinfo, "/tmp/docker"), undefined);
  });
});
