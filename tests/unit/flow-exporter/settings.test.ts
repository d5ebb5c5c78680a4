import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { withSecretSettings } from "../../../exporters/flow-exporter/secret-settings.ts";
import { readSettings } from "../../../exporters/flow-exporter/settings.ts";

test("nothing set, or set to nothing, gives the defaults", () => {
  const defaults = {
    sources: { kernel: true, sockets: [], hubble: [], hubbleMetrics: false },
    hubbleTls: undefined,
    pins: "/sys/fs/bpf/flowtally",
    proc: "/proc",
    cgroup: undefined,
    recording: "",
    port: 9436,
    listen: "",
    allowedHosts: [],
    maxEdges: 2000,
    maxPorts: 64,
    refreshSeconds: 10,
    collectSeconds: 1,
    state: "",
    node: "",
    leftOut: {},
    udp: false,
    console: "",
    dashboards: "",
    prometheus: "",
    dockerSocket: "/var/run/docker.sock",
    kubelet: undefined,
    kubernetesApi: undefined,
    tracerSocket: { path: "", mode: 0o660, owner: undefined },
    store: undefined,
    http: [],
    hubble: { serve: undefined, metrics: false },
  };
  assert.deepEqual(readSettings({}), defaults);
  assert.deepEqual(readSettings({ FLOW_PORT: "", FLOW_LEFT_OUT: "", PATH: "/bin" }), defaults);
});

test("what is set is taken", () => {
  const settings = readSettings({
    FLOW_PORT: "0",
    FLOW_MAX_EDGES: "5",
    FLOW_MAX_PORTS: "7",
    FLOW_LEFT_OUT: '{"llc_misses":"no PMU"}',
  });
  const { port, maxEdges, maxPorts, leftOut } = settings;
  assert.deepEqual([port, maxEdges, maxPorts, leftOut], [0, 5, 7, { llc_misses: "no PMU" }]);
});

test("names to be called by are told apart by commas or spaces, without ports", () => {
  assert.deepEqual(readSettings({ FLOW_ALLOWED_HOSTS: "Monitoring.example, [fd00::1]  b,FD00::2" }).allowedHosts, [
    "monitoring.example",
    "[fd00::1]",
    "b",
    "[fd00::2]",
  ]);
  for (const wrong of ["a.example:80", "http://a.example", "a/b", "*"]) {
    assert.throws(() => readSettings({ FLOW_ALLOWED_HOSTS: wrong }), /FLOW_ALLOWED_HOSTS: must be names/);
  }
});

test("the control group of this node's containers is a path, without a slash at its end", () => {
  assert.equal(readSettings({ FLOW_CGROUP: "/nodes/a" }).cgroup, "/nodes/a");
  for (const wrong of ["nodes", "/", "/nodes/", "/no des"]) {
    assert.throws(() => readSettings({ FLOW_CGROUP: wrong }), /FLOW_CGROUP: must be a path/, wrong);
  }
});

test("an address to listen at is one, and no name", () => {
  for (const one of ["127.0.0.1", "::1"]) assert.equal(readSettings({ FLOW_LISTEN: one }).listen, one);
  for (const wrong of ["localhost", "127.0.0.1:80", "*"]) {
    assert.throws(() => readSettings({ FLOW_LISTEN: wrong }), /FLOW_LISTEN: must be an IP address/);
  }
});

test("the tracer socket has a path from / on, a mode and, by numbers, an owner", () => {
  const env = { FLOW_TRACER_SOCKET: "/run/a.sock", FLOW_TRACER_SOCKET_MODE: "600", FLOW_TRACER_SOCKET_OWNER: "0:5" };
  assert.deepEqual(readSettings(env).tracerSocket, { path: "/run/a.sock", mode: 0o600, owner: { uid: 0, gid: 5 } });
  for (const [name, wrong] of [
    ["FLOW_TRACER_SOCKET", "run/a.sock"],
    ["FLOW_TRACER_SOCKET", `/${"a".repeat(107)}`],
    ["FLOW_TRACER_SOCKET_MODE", "rw"],
    ["FLOW_TRACER_SOCKET_MODE", "0888"],
    ["FLOW_TRACER_SOCKET_OWNER", "root"],
  ] as const) {
    assert.throws(() => readSettings({ [name]: wrong }), new RegExp(`${name}: must be`));
  }
});

test("sources are the kernel and other tracers' sockets, each once", () => {
  const of = (text: string) => readSettings({ FLOW_SOURCES: text, FLOW_PROMETHEUS: "http://prometheus:9090" }).sources;
  const none = { sockets: [], hubble: [], hubbleMetrics: false };
  assert.deepEqual(of("kernel, uds:/run/a.sock"), { ...none, kernel: true, sockets: ["/run/a.sock"] });
  assert.deepEqual(of("uds:/a,uds:/b"), { ...none, kernel: false, sockets: ["/a", "/b"] });
  assert.deepEqual(of("kernel,hubble-metrics"), { ...none, kernel: true, hubbleMetrics: true });
  for (const wrong of ["kernal", "uds:a.sock", "uds:", "kernel,", "kernel,kernel", "uds:/a,uds:/a", "tcp:/a"]) {
    assert.throws(
      () => of(wrong),
      /FLOW_SOURCES: must (be kernel, uds:\/PATH, hubble:HOST:PORT, hubble-file|name each source once)/,
      wrong,
    );
  }
  assert.throws(
    () =>
      of(
        "abcdefghi"
          .split("")
          .map((name) => `uds:/${name}`)
          .join(),
      ),
    /must name 8 sockets at most/,
  );
  assert.throws(
    () => readSettings({ FLOW_SOURCES: "kernel,hubble-metrics" }),
    /FLOW_SOURCES: hubble-metrics needs FLOW_PROM/,
  );
});

test("sources may be Hubble's observers and files, reached with TLS where that is said", () => {
  const of = (text: string) => readSettings({ FLOW_SOURCES: text }).sources.hubble;
  assert.deepEqual(of("kernel,hubble:relay.kube-system.svc:80,hubble-file:/var/run/cilium/hubble/events.log"), [
    { kind: "observer", name: "hubble:relay.kube-system.svc:80", address: "relay.kube-system.svc:80" },
    { kind: "file", name: "hubble-file:/var/run/cilium/hubble/events.log", path: "/var/run/cilium/hubble/events.log" },
  ]);
  assert.equal(of("hubble:[fd00::1]:4245")[0]?.kind, "observer");
  const mounted = { FLOW_SOURCES: "kernel,hubble-file:/srv/flows", HUBBLE_SOURCE_ROOT: "/host" };
  const file = { kind: "file", name: "hubble-file:/srv/flows", path: "/host/srv/flows" };
  assert.deepEqual(readSettings(mounted).sources.hubble, [file]);
  assert.throws(() => readSettings({ HUBBLE_SOURCE_ROOT: "host/" }), /HUBBLE_SOURCE_ROOT: must be a folder's path/);
  for (const wrong of ["hubble:relay", "hubble:relay:0", "hubble:relay:65536", "hubble:a b:1", "hubble-file:x"]) {
    assert.throws(() => of(wrong), /FLOW_SOURCES: must be kernel/, wrong);
  }
  const tlsOf = (more: Record<string, string>) => readSettings({ HUBBLE_SOURCE_TLS: "on", ...more }).hubbleTls;
  const none = { caFile: undefined, certFile: undefined, keyFile: undefined, serverName: undefined };
  assert.deepEqual(tlsOf({ HUBBLE_SOURCE_CA_FILE: "/tls/ca.crt" }), { ...none, caFile: "/tls/ca.crt" });
  assert.throws(() => tlsOf({ HUBBLE_SOURCE_CERT_FILE: "/tls/tls.crt" }), /goes with HUBBLE_SOURCE_KEY_FILE/);
  assert.throws(() => tlsOf({ HUBBLE_SOURCE_SERVER_NAME: "*.relay" }), /HUBBLE_SOURCE_SERVER_NAME: must be a name/);
});

test("a store is a file or a PostgreSQL, and needs a folder for what waits", () => {
  const address = "postgres://me:s3cret@db:5432/flows";
  const more = { FLOW_NODE: "a", FLOW_STATE: "/state", FLOW_STORE_MAX_AGE: "2w", FLOW_STORE_MAX_ROWS: "5" };
  const { store } = readSettings({ FLOW_STORE: address, ...more });
  assert.deepEqual(store, { address, isShared: true, maxAgeMs: 14 * 86_400_000, maxRows: 5 });
  const file = readSettings({ FLOW_STORE: "/state/flows.db", FLOW_STATE: "/state" });
  assert.deepEqual(file.store, {
    address: "/state/flows.db",
    isShared: false,
    maxAgeMs: 7 * 86_400_000,
    maxRows: 1_000_000,
  });
  assert.equal(readSettings({ FLOW_STORE: "" }).store, undefined);
  assert.throws(() => readSettings({ FLOW_STORE: "/flows.db" }), /FLOW_STORE: needs FLOW_STATE/);
  for (const nameless of ["", "localhost", "localhost.localdomain"])
    assert.throws(
      () => readSettings({ FLOW_STORE: address, FLOW_STATE: "/state", FLOW_NODE: nameless }),
      /FLOW_STORE: needs FLOW_NODE/,
    );
  for (const [name, wrong] of [
    ["FLOW_STORE_MAX_AGE", "7"],
    ["FLOW_STORE_MAX_AGE", "0d"],
    ["FLOW_STORE_MAX_ROWS", "0"],
  ] as const) {
    assert.throws(() => readSettings({ [name]: wrong }), new RegExp(`${name}: `), wrong);
  }
});

test("a store's address may be in a file, so that no container's environment tells its password", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-secret-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = path.join(folder, "address");
  const read = (env: Record<string, string>) =>
    readSettings(withSecretSettings({ FLOW_STATE: "/state", FLOW_STORE_FILE: file, ...env })).store?.address;
  assert.equal(read({}), undefined);
  await writeFile(file, "/state/flows.db\n");
  assert.equal(read({}), "/state/flows.db");
  assert.equal(read({ FLOW_STORE: "/other.db" }), "/other.db");
  assert.throws(() => read({ FLOW_STORE_FILE: folder }), /^Error: FLOW_STORE_FILE: EISDIR/);
});

test("no fault of a store's address repeats its password", () => {
  for (const wrong of ["postgres://me:s3cret@db:port/flows", "mysql://me:s3cret@db/flows", "me:s3cret@db"]) {
    assert.throws(
      () => readSettings({ FLOW_STORE: wrong, FLOW_STATE: "/state" }),
      (error: Error) => /FLOW_STORE: must be a file/.test(error.message) && !error.message.includes("s3cret"),
    );
  }
});

test("containers whose HTTP is counted are named with commas between them, and need the folder that says so to the tracer", () => {
  assert.deepEqual(readSettings({}).http, []);
  assert.deepEqual(readSettings({ FLOW_HTTP: "web, shop-api_1", FLOW_STATE: "/state" }).http, ["web", "shop-api_1"]);
  assert.throws(() => readSettings({ FLOW_HTTP: "web" }), /FLOW_HTTP: needs FLOW_STATE/);
  assert.throws(() => readSettings({ FLOW_HTTP: "web,../x", FLOW_STATE: "/state" }), /FLOW_HTTP: .*is: \.\.\/x/);
});

test("every fault is told at once, by name", () => {
  const env = {
    FLOW_MAX_PORTS: "0",
    FLOW_PORT: "70000",
    FLOW_MAX_EDGES: "many",
    FLOW_REFRESH_SECONDS: "0",
    FLOW_LEFT_OUT: "{",
  };
  assert.throws(
    () => readSettings(env),
    (error: Error) => {
      assert.equal(error.name, "SettingsError");
      for (const name of Object.keys(env)) assert.match(error.message, new RegExp(`${name}: `));
      return true;
    },
  );
});

test("Docker is not asked where its socket is off, and a kubelet where it has a url", () => {
  assert.equal(readSettings({ DOCKER_SOCKET: "off" }).dockerSocket, undefined);
  const url = "https://10.0.0.1:10250";
  const inPod = "/var/run/secrets/kubernetes.io/serviceaccount";
  const { kubelet } = readSettings({ KUBELET_URL: url });
  assert.deepEqual(kubelet, { url, tokenFile: `${inPod}/token`, caFile: `${inPod}/ca.crt`, nodeAddress: "" });
  const set = { KUBELET_URL: url, KUBELET_TOKEN_FILE: "/t", KUBELET_CA_FILE: "/c", NODE_IP: "10.0.0.1" };
  assert.deepEqual(readSettings(set).kubelet, { url, tokenFile: "/t", caFile: "/c", nodeAddress: "10.0.0.1" });
  for (const [given, address] of [
    ["https://fd00:10::a:10250", "https://[fd00:10::a]:10250"],
    ["https://2001:DB8:0:1:2:3:4:5:10250/", "https://[2001:DB8:0:1:2:3:4:5]:10250"],
    ["https://[fd00::1]:10250", "https://[fd00::1]:10250"],
    ["https://node-1.example:10250/", "https://node-1.example:10250/"],
  ] as const) {
    assert.equal(readSettings({ KUBELET_URL: given }).kubelet?.url, address);
  }
  assert.throws(() => readSettings({ KUBELET_URL: "https://fd00::1" }), /KUBELET_URL: must be like https/);
  assert.throws(() => readSettings({ KUBELET_URL: "https://fd00::1::2:10250" }), /KUBELET_URL: must be like https/);
  assert.throws(() => readSettings({ KUBELET_URL: "http://10.0.0.1:10255" }), /KUBELET_URL: must be like https/);
  assert.throws(() => readSettings({ KUBELET_URL: "10.0.0.1:10250" }), /KUBELET_URL: must be like https/);
  assert.throws(() => readSettings({ NODE_IP: "node-1" }), /NODE_IP: must be an IP address/);
});

test("the API server is not asked, or as a pod may, or as a kubeconfig says", () => {
  const api = (value: string) => readSettings({ KUBERNETES_API: value }).kubernetesApi;
  assert.deepEqual([api("off"), api("in-cluster"), api("/k/config")], [undefined, "in-cluster", "/k/config"]);
  assert.throws(() => api("on"), /KUBERNETES_API: must be off, in-cluster, or the path/);
});
