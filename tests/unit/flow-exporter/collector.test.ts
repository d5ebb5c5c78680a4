import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Collector } from "../../../exporters/flow-exporter/collector.ts";
import type { DockerReader } from "../../../exporters/flow-exporter/metadata/docker/reader.ts";
import { createPipeline } from "../../../exporters/flow-exporter/pipeline.ts";
import { STATUS } from "../../../exporters/flow-exporter/sources/kernel/rows/layout.ts";
import type { EdgeTotals } from "../../../exporters/flow-exporter/totals/edge-totals.ts";
import { Kernel } from "./lib/kernel.ts";
import { silent } from "./lib/log.ts";
import { processRow } from "./lib/rows.ts";
import { FakeSink } from "./lib/slow-sink.ts";
import { SOCKETS } from "./lib/sockets.ts";
import { until } from "./lib/until.ts";
import { idOf } from "./lib/world.ts";

const SECOND_NS = 1e9;

describe("a cycle", () => {
  test("turns rows into totals", () => {
    const { collector, healths, source, totals } = fixture();
    collector.collect();
    collector.collect();
    assert.deepEqual([healths.tracer.up, source.rows, [...source.records()].length], [true, 4, 3]);
    const underOther = [0, 0];
    assert.deepEqual(sent(totals), [4099, 5, 0, ...underOther]);
  });

  test("fails with its reason when the tracer has been gone for more than five seconds, and heals", () => {
    const { collector, healths, kernel } = fixture();
    const { tracer } = healths;
    kernel.nowNs = 105 * SECOND_NS;
    collector.collect();
    assert.equal(tracer.up, true);
    kernel.nowNs = 106 * SECOND_NS;
    collector.collect();
    collector.collect();
    assert.deepEqual([tracer.up, tracer.failures], [false, 2]);
    assert.equal(tracer.reason, "the tracer is gone: no sign of it for 6 s");
    kernel.heartbeatNs = kernel.nowNs;
    collector.collect();
    assert.deepEqual([tracer.up, tracer.failures], [true, 0]);
  });

  test("a last sign in the future is no life: of another boot, or in another time namespace", () => {
    const { collector, healths, kernel } = fixture();
    kernel.heartbeatNs = kernel.nowNs + 3_600 * SECOND_NS;
    collector.collect();
    assert.equal(healths.tracer.up, false);
    assert.match(
      healths.tracer.reason,
      /last sign is 3600 s in the future: both must run in the host's time namespace/,
    );
  });

  test("notices that the clock was set, forward and back, and not that it drifts", () => {
    const { collector, watch, kernel, steps } = fixture();
    for (const seconds of [0.4, 86_400, 0, -86_400, -0.3]) {
      kernel.wallOffset += seconds;
      collector.collect();
    }
    assert.deepEqual(steps.map(Math.round), [86_400, -86_400]);
    assert.equal(watch.clockSteps.count, 2);
  });

  test("does not try what the tracer has left out, and says whose log has the reason", () => {
    const { collector, healths, kernel } = fixture();
    kernel.parts = STATUS.processes;
    collector.collect();
    collector.maintain();
    const { owners, programs, processes } = healths;
    assert.deepEqual([owners.up, programs.up, processes.up, kernel.backfills], [false, false, true, 0]);
    assert.match(owners.reason, /refused the tracer's program for it: its log says why/);
    assert.equal(owners.reason, programs.reason);
  });

  test("keeps its totals over a read that cannot be decoded", () => {
    const { collector, totals, healths, kernel } = fixture();
    for (let read = 0; read < 2; read++) collector.collect();
    const before = sent(totals);
    const live = kernel.live.bind(kernel);
    kernel.live = () => Buffer.concat([live(), Buffer.alloc(128)]);
    collector.collect();
    assert.match(healths.tracer.reason, /version 0/);
    kernel.live = live;
    collector.collect();
    assert.equal(healths.tracer.up, true);
    assert.deepEqual(sent(totals), before);
  });

  test("asks Docker once about a container it has not reported", async () => {
    const { collector, metadata, kernel } = fixture();
    await metadata.refresh();
    kernel.processRows = processRow({ pid: 9, cgroup_id: 60, cgroup_name: idOf("e") });
    kernel.open({ cgroup: 60, source: "1.1.1.1:2", destination: "2.2.2.2:2" });
    collector.collect();
    await until("Docker's answer", () => metadata.version === 2);
    collector.collect();
    kernel.open({ cgroup: 60, source: "1.1.1.1:1", destination: "2.2.2.2:2" });
    collector.collect();
    assert.equal(metadata.version, 2);
  });

  test("knows the address that a network of Docker's gives the host as soon as Docker has reported it", async () => {
    const files: Record<string, string> = {};
    const { collector, totals, metadata, kernel } = fixture({}, files);
    collector.maintain();
    files.fib_trie = "|-- 172.30.0.1\n           /32 host LOCAL\n";
    await metadata.refresh();
    kernel.open({ comm: "curl", source: "172.30.0.1:1", destination: "172.30.0.1:22" });
    collector.collect();
    kernel.pass(1);
    collector.collect();
    const [edge] = [...totals].filter(({ edge }) => edge.destinationPort === 22);
    assert.equal(edge?.edge.destination.name, "host/~unknown");
  });

  for (const [pin, name] of [
    ["owners", "owners"],
    ["processes", "processes"],
    ["cgroups", "cgroups"],
    ["closed", "closed-flows"],
    ["udp", "udp"],
  ] as const) {
    test(`without pin ${pin}, ${name} fails, the rest goes on, and it heals`, () => {
      const { collector, totals, healths, kernel } = fixture();
      kernel.udpRows = new Uint8Array();
      kernel.broken = pin;
      for (let cycle = 0; cycle < 4; cycle++) {
        cycleOf(collector);
        kernel.pass(1);
      }
      const failed = Object.values(healths).filter(({ up }) => up === false);
      assert.deepEqual(
        failed.map((health) => health.name),
        [name],
      );
      assert.equal(failed[0]?.reason, `ENOENT: no such file or directory, open '/pins/${pin}'`);
      assert.ok(sent(totals).includes(4099));
      kernel.broken = undefined;
      cycleOf(collector);
      assert.equal(failed[0]?.up, true);
    });
  }

  test("gives a sink what it gives the totals; one that hangs or fails delays nothing, and is named", async () => {
    const [sink, hanging] = [new FakeSink(), new FakeSink()];
    hanging.hang();
    const { collector, totals, queues, healths, kernel } = fixture({}, {}, [hanging, sink]);
    for (let cycle = 0; cycle < 2; cycle++) collector.collect();
    assert.ok(sent(totals).includes(4099));
    const sum = (amounts: readonly number[]) => amounts.reduce((all, one) => all + one, 0);
    const taken = () => sum(sink.taken.map(({ sentBytes }) => sentBytes));
    await until("what the totals have", () => taken() === sum(sent(totals)));
    sink.fault = new Error("gone");
    kernel.open({ start: 0, source: "1.1.1.1:9", destination: "2.2.2.2:9", sent: 17 });
    kernel.pass(1);
    for (let cycle = 0; cycle < 2; cycle++) collector.collect();
    await until("the failure", () => queues[1]?.health.reason === "gone");
    assert.deepEqual([queues[0]?.dropped, queues[0]?.health.up, healths.tracer.up], [0, undefined, true]);
    hanging.goOn();
  });

  test("UDP that is switched off is no failure", () => {
    const { collector, healths } = fixture();
    collector.collect();
    assert.deepEqual([healths.udp.up, healths.udp.reason], [undefined, "the tracer does not count UDP"]);
  });

  test("UDP that was asked for, and that the tracer could not have, is one", () => {
    const { collector, healths, kernel } = fixture({ udp: true });
    collector.collect();
    assert.deepEqual([healths.udp.up, healths.tracer.up], [false, true]);
    assert.match(healths.udp.reason, /docker logs flow-tracer/);
    kernel.udpRows = new Uint8Array();
    collector.collect();
    assert.equal(healths.udp.up, true);
  });

  test("reads the cgroups once in a cycle, after the sockets, of which none can then be in a later one", () => {
    const { collector, kernel } = fixture();
    collector.collect();
    const reads: string[] = [];
    for (const pin of ["processes", "cgroups", "live"] as const) {
      const read = kernel[pin].bind(kernel);
      kernel[pin] = () => {
        reads.push(pin);
        return read();
      };
    }
    collector.collect();
    assert.deepEqual(reads, ["processes", "live", "cgroups"]);
  });

  test("looks for owners at once when the tracer has started anew", () => {
    const { collector, kernel } = fixture();
    collector.collect();
    kernel.restart();
    collector.collect();
    assert.equal(kernel.backfills, 2);
  });

  test("counts all that a tracer has lost which started anew, even if that is more than the one before had lost", () => {
    const { collector, watch, kernel } = fixture();
    kernel.statusValues = { udp_lost: 100 };
    collector.collect();
    kernel.restart();
    kernel.statusValues = { udp_lost: 150 };
    collector.collect();
    collector.collect();
    assert.equal(watch.lostFlows.state.total.udp, 250);
  });
});

function cycleOf(collector: Collector): void {
  collector.maintain();
  collector.collect();
}

function sent(totals: EdgeTotals): number[] {
  return [...totals].map(({ sentBytes }) => sentBytes);
}

/** A pipeline whose tracer had a heartbeat 100 s after boot, which is now. */
function fixture(options: { udp?: boolean } = {}, files: Record<string, string> = {}, sinks: FakeSink[] = []) {
  const kernel = new Kernel();
  for (const values of SOCKETS) kernel.open({ start: 0, ...values });
  kernel.processRows = Buffer.concat([
    processRow({ pid: 1 }),
    processRow({ pid: 200, netns: 2, cgroup_id: 20, cgroup_name: "web.slice" }),
    processRow({ pid: 300, netns: 3, cgroup_id: 30, cgroup_name: "db.slice" }),
  ]);
  kernel.nowNs = 100 * SECOND_NS;
  const docker: DockerReader = { list: async () => [], overlays: async () => [], watch: async () => {} };
  const steps: number[] = [];
  const pipeline = createPipeline(
    { tracer: kernel, docker, host: kernel.host(files), sinks },
    {
      limits: { maxEdges: 10, maxPorts: 64 },
      udp: false,
      ownPid: process.pid,
      onClockStep: (seconds) => void steps.push(seconds),
      ...options,
    },
    silent,
  );
  return { ...pipeline, steps, kernel };
}
