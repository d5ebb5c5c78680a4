import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Collector } from "../../../exporters/flow-exporter/collector.ts";
import { Metadata } from "../../../exporters/flow-exporter/metadata.ts";
import type { DockerReader } from "../../../exporters/flow-exporter/read/docker.ts";
import { SourceHealth } from "../../../exporters/flow-exporter/source-health.ts";
import { silent } from "./lib/log.ts";
import { processRow, socket, statusRow } from "./lib/rows.ts";
import { SOCKETS } from "./lib/sockets.ts";
import { until } from "./lib/until.ts";
import { idOf } from "./lib/world.ts";

const SECOND_NS = 1e9;

describe("a cycle", () => {
  test("turns rows into totals", () => {
    const { collector, health } = fixture();
    collector.collect();
    collector.collect();
    assert.deepEqual([health.up, collector.rows, collector.table.flows.size], [true, 4, 3]);
    assert.deepEqual(
      [...collector.totals].map(({ sentBytes }) => sentBytes),
      [4099, 5, 0],
    );
  });

  test("fails with its reason when the tracer has been gone for more than five seconds, and heals", () => {
    const { collector, health, host } = fixture();
    host.now = 105 * SECOND_NS;
    collector.collect();
    assert.equal(health.up, true);
    host.now = 106 * SECOND_NS;
    collector.collect();
    collector.collect();
    assert.deepEqual([health.up, health.failures], [false, 2]);
    assert.equal(health.reason, "the tracer is gone: no sign of it for 6 s");
    host.now = 100 * SECOND_NS;
    collector.collect();
    assert.deepEqual([health.up, health.failures], [true, 0]);
  });

  test("keeps its totals over a read that cannot be decoded", () => {
    const { collector, health, tracer } = fixture();
    collector.collect();
    const before = [...collector.totals].map(({ sentBytes }) => sentBytes);
    const good = tracer.rows;
    tracer.rows = Buffer.concat([good, Buffer.alloc(128)]);
    collector.collect();
    assert.match(health.reason, /version 0/);
    tracer.rows = good;
    collector.collect();
    assert.equal(health.up, true);
    assert.deepEqual(
      [...collector.totals].map(({ sentBytes }) => sentBytes),
      before,
    );
  });

  test("asks Docker once about a container it has not told about", async () => {
    const { collector, metadata, tracer } = fixture();
    await metadata.refresh();
    tracer.processRows = processRow({ pid: 9, cgroup_id: 20, cgroup_name: idOf("e") });
    collector.collect();
    await until("Docker's answer", () => metadata.version === 2);
    collector.collect();
    tracer.rows = Buffer.concat([
      tracer.rows,
      socket({ cookie: 9, cgroup: 20, source: "1.1.1.1:1", destination: "2.2.2.2:2" }),
    ]);
    collector.collect();
    assert.equal(metadata.version, 2);
  });

  test("maintenance that fails is a failure of the tracer, not a crash", () => {
    const { collector, health, tracer } = fixture();
    tracer.backfillOwners = () => {
      throw new Error("owners is gone");
    };
    collector.maintain();
    assert.equal(health.reason, "owners is gone");
  });
});

/** A collector whose tracer had a heartbeat 100 s after boot, which is now. */
function fixture() {
  const health = new SourceHealth("flow-tracer", silent);
  const host = { now: 100 * SECOND_NS, bootTimeNs: () => host.now, netFile: () => "" };
  const tracer = {
    rows: Buffer.concat(SOCKETS.map(socket)),
    processRows: processRow({ pid: 1 }),
    status: () => statusRow({ heartbeat_ns: 100 * SECOND_NS }),
    backfillOwners: () => {},
    processes: () => tracer.processRows,
    flows: () => tracer.rows,
  };
  const docker: DockerReader = { list: async () => [], watch: async () => {} };
  const metadata = new Metadata(docker, new SourceHealth("docker", silent));
  return { collector: new Collector({ tracer, host, metadata, health, maxEdges: 10 }), health, host, tracer, metadata };
}
