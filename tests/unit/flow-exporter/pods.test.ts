import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startExporter } from "../../../exporters/flow-exporter/exporter.ts";
import { KubeletError } from "../../../exporters/flow-exporter/metadata/kubernetes/faults.ts";
import { OTHER } from "../../../exporters/flow-exporter/model/endpoint.ts";
import { ROLE } from "../../../exporters/flow-exporter/model/socket.ts";
import { containerEndpoint } from "../../../exporters/flow-exporter/naming/endpoints.ts";
import { createPipeline, type PipelineInputs } from "../../../exporters/flow-exporter/pipeline.ts";
import { readSettings } from "../../../exporters/flow-exporter/settings.ts";
import { Kernel } from "./lib/kernel.ts";
import { silent } from "./lib/log.ts";
import { cgroupRow, processRow, type SocketValues } from "./lib/rows.ts";
import { until } from "./lib/until.ts";
import { container, idOf } from "./lib/world.ts";
import golden from "./metadata/kubernetes/pods.json" with { type: "json" };

const WEB_UID = "1b2c3d4e-0000-4000-8000-00000000000a";
const PROXY_UID = "0f00ba40f00ba40f00ba40f00ba40f00";
/** By number: two containers of one pod, one of a pod in the machine's own network namespace, and one that somebody forged. */
const CGROUPS: Readonly<Record<number, string>> = {
  20: `/kubepods/besteffort/pod${WEB_UID}/${idOf("a")}`,
  21: `/kubepods/besteffort/pod${WEB_UID}/${idOf("b")}`,
  30: `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${PROXY_UID}.slice/cri-containerd-${idOf("c")}.scope`,
  40: `/user.slice/kubepods/besteffort/pod${WEB_UID}/${idOf("a")}`,
};
const PROCESSES = [
  { pid: 1, netns: 1, comm: "init" },
  { pid: 210, netns: 2, cgroup_id: 20, comm: "nginx: worker", start_ns: 2 },
  { pid: 200, netns: 2, cgroup_id: 20, comm: "nginx", start_ns: 1 },
  { pid: 201, netns: 2, cgroup_id: 21, comm: "envoy", start_ns: 1 },
  { pid: 300, netns: 1, cgroup_id: 30, comm: "kube-proxy", start_ns: 1 },
  { pid: 400, netns: 1, cgroup_id: 40, comm: "forger", start_ns: 1 },
];
const WEB = "shop/web-5d4f8c7b9-x2x7q";
const PROXY = "kube-system/kube-proxy-n7x2p";

describe("on a machine with a kubelet", () => {
  test("a pod's flows are its own, whichever of its containers they are of, and whether or not it has a network of its own", async () => {
    const { edges } = await seen(
      { pid: 200, netns: 2, cgroup: 20, source: "10.244.0.7:5000", destination: "192.168.1.10:10256" },
      { pid: 300, cgroup: 30, source: "192.168.1.10:10256", destination: "10.244.0.7:5000", role: ROLE.server },
      { pid: 300, cgroup: 30, source: "192.168.1.10:5001", destination: "203.0.113.5:443" },
      { pid: 201, netns: 2, cgroup: 21, source: "10.244.0.7:5002", destination: "203.0.113.6:443" },
    );
    assert.deepEqual(edges(), [`${PROXY} > world:443`, `${WEB} > ${PROXY}:10256`, `${WEB} > world:443`]);
  });

  test("a pod is known by its address, by its ports on the machine, and within its network namespace", async () => {
    const { edges } = await seen(
      { pid: 1, comm: "curl", source: "192.168.1.10:5000", destination: "10.244.0.7:80" },
      { pid: 1, comm: "wget", source: "192.168.1.10:5001", destination: "192.168.1.10:8080" },
      { pid: 200, netns: 2, cgroup: 20, source: "127.0.0.1:5002", destination: "127.0.0.1:9901" },
    );
    assert.deepEqual(edges(), [`host/curl > ${WEB}:80`, `host/wget > ${WEB}:80`, `${WEB} > ${WEB}:9901`]);
  });

  test("nobody is a pod by the name of a cgroup", async () => {
    const forged = {
      pid: 400,
      comm: "forger",
      cgroup: 40,
      source: "192.168.1.10:5000",
      destination: "203.0.113.5:443",
    };
    assert.deepEqual((await seen(forged)).edges(), ["host/forger > world:443"]);
  });

  test("a container's process is the first of its cgroup's", async () => {
    const { metadata } = await seen();
    assert.deepEqual(
      metadata.containers.map(({ pid }) => pid),
      [200, 201, 300],
    );
  });

  test("a pod that the kubelet has not reported yet is asked for at once, and has its name from then on", async () => {
    const { edges, kubelet, collector, kernel, metadata } = await seen();
    const brief = structuredClone(golden);
    const [web] = brief.items;
    assert.ok(web);
    web.metadata = { ...web.metadata, uid: "brief", name: "brief" };
    web.status = { phase: "Succeeded", containerStatuses: [ended("e")] } as never;
    kubelet.answer = brief;
    kernel.cgroupRows = Buffer.concat([
      kernel.cgroupRows,
      cgroupRow({ id: 50, path: `/kubepods/besteffort/podbrief/${idOf("e")}`, removed_ns: 1 }),
    ]);
    kernel.open({ cgroup: 50, netns: 5, source: "10.244.0.11:5000", destination: "203.0.113.5:443" });
    collector.collect();
    await until("another answer", () => metadata.version === 2);
    for (let cycle = 0; cycle < 2; cycle++) collector.collect();
    assert.deepEqual(edges(), ["shop/brief > world:443"]);
  });

  test("a container has its pod's name before the kubelet reports it in that pod", async () => {
    const { edges, kubelet, collector, kernel, metadata } = await seen();
    const starting = structuredClone(golden);
    const [web] = starting.items;
    assert.ok(web);
    web.metadata = { ...web.metadata, uid: "starting", name: "starting" };
    web.status = { phase: "Pending" } as never;
    kubelet.answer = starting;
    const row = { id: 50, path: `/kubepods/besteffort/podstarting/${idOf("e")}`, removed_ns: 1 };
    kernel.cgroupRows = Buffer.concat([kernel.cgroupRows, cgroupRow(row)]);
    kernel.open({ cgroup: 50, netns: 5, source: "10.244.0.11:5000", destination: "203.0.113.5:443" });
    collector.collect();
    await until("another answer", () => metadata.version === 2);
    // The pod is gone by now, and has never been reported with a container.
    kubelet.answer = golden;
    await metadata.refresh();
    for (let cycle = 0; cycle < 2; cycle++) collector.collect();
    assert.deepEqual(edges(), ["shop/starting > world:443"]);
  });

  test("what runs beside a pod in the machine's network namespace is not the pod's, whichever that namespace is", async () => {
    const { edges, kernel, collector } = await seen();
    const own = [
      { pid: 300, netns: 9, cgroup_id: 30, comm: "kube-proxy", start_ns: 1 },
      { pid: 500, netns: 9, comm: "kubelet", start_ns: 1 },
    ];
    kernel.processRows = Buffer.concat([...PROCESSES.filter(({ pid }) => pid !== 300), ...own].map(processRow));
    kernel.open({ pid: 500, netns: 9, comm: "kubelet", source: "192.168.1.10:5000", destination: "203.0.113.5:443" });
    collector.maintain();
    for (let cycle = 0; cycle < 2; cycle++) collector.collect();
    assert.deepEqual(edges(), ["host/kubelet > world:443"]);
  });

  test("a pod is one endpoint, with the id of its container that started last, whichever is asked for", () => {
    const startedAt = (seconds: number) => ({
      state: "running",
      health: "",
      restarts: 0,
      startedAt: `2030-01-31T12:00:0${seconds}Z`,
    });
    const inPod = (digit: string, seconds: number) =>
      container("shop/two", { id: idOf(digit), podUid: "two", condition: startedAt(seconds) });
    const [first, sidecar, again] = [inPod("a", 1), inPod("b", 1), inPod("a", 1)];
    const endpoint = containerEndpoint(first);
    assert.deepEqual([sidecar, again, first].map(containerEndpoint), [endpoint, endpoint, endpoint]);
    assert.equal(containerEndpoint(sidecar), endpoint);
    const restarted = inPod("c", 2);
    const others = [restarted, first, sidecar].map((one) => containerEndpoint(one).containerId);
    assert.deepEqual(others, [idOf("c"), idOf("c"), idOf("c")]);
    assert.equal(containerEndpoint(container("shop/two", { id: idOf("d"), podUid: "other" })).containerId, idOf("d"));
  });

  test("a pod in a namespace that is called as processes are is told from them", () => {
    assert.equal(containerEndpoint(container("host/sshd")).name, "container/host/sshd");
    assert.equal(containerEndpoint(container("container/0123456789ab")).name, "container/container/0123456789ab");
  });

  test("what is wrong with it shows, and the flows go on", async () => {
    const kernel = new Kernel();
    kernel.open({ source: "10.0.0.1:40000", destination: "93.184.216.34:443", sent: 77 });
    const pods = async () => {
      throw new KubeletError("unauthorized");
    };
    const settings = readSettings({ FLOW_PORT: "0", FLOW_LISTEN: "127.0.0.1" });
    const sources = {
      tracer: kernel,
      host: kernel.host(),
      docker: undefined,
      kubelet: { reader: { pods }, nodeAddress: "" },
    };
    const exporter = await startExporter(settings, sources, silent as never);
    try {
      const textAt = async (path: string) => (await fetch(`http://127.0.0.1:${exporter.port}${path}`)).text();
      const health = JSON.parse(await textAt("/healthz"));
      assert.deepEqual([health.status, health.sources.kubelet.up], ["ok", false]);
      assert.match(health.sources.kubelet.reason, /does not accept the token/);
      const metrics = await textAt("/metrics");
      assert.match(metrics, /^flow_source_up\{flow_source="kubelet"\} 0$/m);
      assert.match(metrics, /^flow_source_faults_total\{flow_source="kubelet",reason="unauthorized"\} [1-9]/m);
      assert.doesNotMatch(metrics, /flow_source_up\{flow_source="docker/);
    } finally {
      await exporter.stop();
    }
  });

  test("neither source is asked that is off, which shows, and is no failure", () => {
    const { healths, metadata } = pipelineOf(new Kernel(), undefined);
    const states = [healths.docker, healths.dockerEvents, healths.kubelet].map(({ up, reason }) => `${up} ${reason}`);
    assert.deepEqual(states, [
      "undefined switched off by DOCKER_SOCKET",
      "undefined switched off by DOCKER_SOCKET",
      "undefined off: no KUBELET_URL",
    ]);
    assert.deepEqual([metadata.up, metadata.version], [false, 0]);
  });
});

/** Edges between the ends of sockets, once the kubelet has answered and two cycles have seen them. */
async function seen(...sockets: Omit<SocketValues, "cookie">[]) {
  const kernel = new Kernel();
  kernel.processRows = Buffer.concat(PROCESSES.map(processRow));
  kernel.cgroupRows = Buffer.concat(Object.entries(CGROUPS).map(([id, path]) => cgroupRow({ id: Number(id), path })));
  for (const values of sockets) kernel.open(values);
  const kubelet = { answer: golden, pods: async () => JSON.stringify(kubelet.answer) };
  const pipeline = pipelineOf(kernel, { reader: kubelet, nodeAddress: "" });
  await pipeline.metadata.refresh();
  pipeline.collector.maintain();
  for (let cycle = 0; cycle < 2; cycle++) pipeline.collector.collect();
  const edges = () =>
    [...pipeline.totals]
      .filter(({ edge }) => edge.source !== OTHER)
      .map(({ edge }) => `${edge.source.name} > ${edge.destination.name}:${edge.destinationPort}`)
      .sort();
  return { ...pipeline, kernel, kubelet, edges };
}

/** Without Docker. */
function pipelineOf(kernel: Kernel, kubelet: PipelineInputs["kubelet"]) {
  const host = kernel.host({ fib_trie: "|-- 192.168.1.10\n           /32 host LOCAL\n" });
  const limits = { maxEdges: 100, maxPorts: 64 };
  const options = { limits, udp: false, ownPid: process.pid, onClockStep: () => {} };
  return createPipeline({ tracer: kernel, docker: undefined, kubelet, host }, options, silent);
}

function ended(digit: string) {
  return { name: "app", state: { terminated: { containerID: `containerd://${idOf(digit)}` } } };
}
