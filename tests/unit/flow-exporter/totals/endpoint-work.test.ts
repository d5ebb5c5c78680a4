import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ProcessRow } from "../../../../exporters/flow-exporter/model/process.ts";
import { processOwner } from "../../../../exporters/flow-exporter/naming/owner.ts";
import { EndpointWork } from "../../../../exporters/flow-exporter/totals/endpoint-work.ts";
import { container, idOf, process, world } from "../lib/world.ts";

const SECOND_NS = 1e9;
const WEB = { cgroupId: 20, cgroupName: idOf("a") };

describe("the work of an endpoint", () => {
  test("is what its processes do from the first read on, and never goes down when one ends", () => {
    const { read, of } = endpoints();
    read(1, process(200, { ...WEB, cpuNs: 50 * SECOND_NS }), process(201, { ...WEB, cpuNs: 9 * SECOND_NS }));
    read(2, process(200, { ...WEB, cpuNs: 52 * SECOND_NS }), process(201, { ...WEB, cpuNs: 9.5 * SECOND_NS }));
    assert.equal(of("web")?.cpuSeconds, 2.5);
    read(3, process(200, { ...WEB, cpuNs: 53 * SECOND_NS }));
    assert.equal(of("web")?.cpuSeconds, 3.5);
  });

  test("counts a process that started since the last read in full, also one that got a number again", () => {
    const { read, of } = endpoints();
    read(1, process(200, { ...WEB, cpuNs: SECOND_NS, startNs: 1 }));
    read(2, process(200, { ...WEB, cpuNs: 0.25 * SECOND_NS, startNs: 1.5 * SECOND_NS }));
    assert.equal(of("web")?.cpuSeconds, 0.25);
  });

  test("does not count a child's bytes again when its parent has waited for it, in this read or the next", () => {
    for (const late of [false, true]) {
      const { read, of } = endpoints();
      const parent = (readBytes: number) => process(200, { ...WEB, readBytes });
      const child = (readBytes: number) =>
        process(201, { ...WEB, parentPid: 200, readBytes, startNs: 1.5 * SECOND_NS });
      read(1, parent(100));
      read(2, parent(100), child(5_000));
      assert.equal(of("web")?.readBytes, 5_000);
      if (late) read(3, parent(110));
      // The child read 30 more between the last read and its end, the parent 10 by itself.
      read(4, parent(100 + 10 + 5_030));
      assert.equal(of("web")?.readBytes, 5_040);
      read(5, parent(100 + 10 + 5_030 + 7));
      assert.equal(of("web")?.readBytes, 5_047);
    }
  });

  test("is kept of containers, and of host processes that have flows", () => {
    const { read, names } = endpoints();
    read(1, process(200, WEB), process(7, { comm: "curl" }), process(8, { comm: "sshd" }));
    assert.deepEqual(names(), ["web", "host/curl"]);
    read(2);
    assert.deepEqual(names(), ["host/curl"], "a container that is gone and has no flows leaves");
  });

  test("is told per second too, from the second read on", () => {
    const { read, rates } = endpoints();
    read(1, process(200, { ...WEB, cpuNs: 50 * SECOND_NS }));
    assert.equal(rates("web"), undefined);
    read(3, process(200, { ...WEB, cpuNs: 51 * SECOND_NS, readBytes: 10, writtenBytes: 300 }));
    assert.deepEqual(rates("web"), { cpuSeconds: 0.5, readBytes: 5, writtenBytes: 150 });
    assert.deepEqual(rates("idle"), { cpuSeconds: 0, readBytes: 0, writtenBytes: 0 });
  });

  test("memory is what they have now, summed", () => {
    const { read, of } = endpoints();
    read(1, process(200, { ...WEB, residentBytes: 5 }), process(201, { ...WEB, residentBytes: 7 }));
    assert.equal(of("web")?.residentBytes, 12);
    read(2, process(200, { ...WEB, residentBytes: 4 }));
    assert.equal(of("web")?.residentBytes, 4);
  });
});

function endpoints() {
  const work = new EndpointWork();
  const containers = [container("web", { id: idOf("a"), pid: 200 })];
  return {
    read: (second: number, ...processes: ProcessRow[]) => {
      const seen = world({ processes, containers, nowNs: second * SECOND_NS });
      const ownerOf = ({ pid, comm }: ProcessRow) => processOwner(pid, comm, seen);
      work.apply({ processes: seen.processes, ownerOf, nowNs: seen.nowNs }, new Set(["host/curl"]));
    },
    of: (name: string) => [...work].find(({ endpoint }) => endpoint === name),
    rates: (name: string) => work.rates(name),
    names: () => [...work].map(({ endpoint }) => endpoint),
  };
}
