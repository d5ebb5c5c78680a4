import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DockerReader } from "../../../exporters/flow-exporter/metadata/docker/reader.ts";
import { PROTOCOL, ROLE } from "../../../exporters/flow-exporter/model/socket.ts";
import { createPipeline } from "../../../exporters/flow-exporter/pipeline.ts";
import { Kernel } from "./lib/kernel.ts";
import { silent } from "./lib/log.ts";
import { cgroupRow, udpRow } from "./lib/rows.ts";
import { idOf } from "./lib/world.ts";

const OWN = 20;
const OTHERS = 30;
const CLIENT = { cgroup: OWN, source: "10.0.1.5:40000", destination: "10.0.1.6:8000", role: ROLE.client };
const SERVER = { cgroup: OTHERS, source: "10.0.1.6:8000", destination: "10.0.1.5:40000", role: ROLE.server };

/** What a node knows of its flows that shares the kernel with another one; `cgroup` as in the settings. */
function nodeWith(kernel: Kernel, cgroup: string | undefined) {
  kernel.cgroupRows = Buffer.concat([
    cgroupRow({ id: OWN, path: `/node-a/${idOf("a")}` }),
    cgroupRow({ id: OTHERS, path: `/node-ab/${idOf("b")}` }),
  ]);
  const docker: DockerReader = { list: async () => [], overlays: async () => [], watch: async () => {} };
  const limits = { maxEdges: 10, maxPorts: 64 };
  const options = { limits, udp: true, ownPid: 1, onClockStep: () => {}, cgroup };
  const { collector, source } = createPipeline({ tracer: kernel, docker, host: kernel.host() }, options, silent);
  return {
    collect: () => collector.collect(),
    seen: () =>
      [...source.records()].map(({ seen, edge, sentBytes }) => `${edge.protocol} ${seen} ${sentBytes}`).sort(),
    rows: () => source.rows,
  };
}

describe("a node that shares its kernel with another one", () => {
  test("leaves out the other's sockets, open ones, closed ones and those of UDP", () => {
    const kernel = new Kernel();
    const node = nodeWith(kernel, "/node-a");
    const [client, server] = [kernel.open({ ...CLIENT, sent: 4099 }), kernel.open({ ...SERVER, received: 4099 })];
    kernel.udpRows = Buffer.concat([
      udpRow({ cookie: 11, ...CLIENT, protocol: PROTOCOL.udp, sent: 7 }, 1),
      udpRow({ cookie: 12, ...SERVER, protocol: PROTOCOL.udp, received: 7 }, 2),
    ]);
    node.collect();
    node.collect();
    assert.deepEqual([node.seen(), node.rows()], [["tcp client 4099", "udp client 7"], 1]);
    kernel.close(client);
    kernel.close(server);
    // Of a connection that no read has shown open.
    kernel.close(kernel.open({ ...SERVER, destination: "10.0.1.5:40001" }));
    for (let read = 0; read < 3; read++) node.collect();
    assert.deepEqual(node.seen(), ["tcp client 4099", "udp client 7"]);
  });

  test("takes all sockets for its own where it is not told which are", () => {
    const kernel = new Kernel();
    const node = nodeWith(kernel, undefined);
    kernel.open({ ...CLIENT, sent: 4099 });
    kernel.open({ ...SERVER, received: 4099 });
    node.collect();
    node.collect();
    assert.deepEqual([node.seen(), node.rows()], [["tcp both 4099"], 2]);
  });
});
