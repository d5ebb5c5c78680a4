import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { ContainerReader } from "../../../start/dataset/sampler/container-counters.ts";
import { HostReader, wholeDisks } from "../../../start/dataset/sampler/host-counters.ts";
import { Text } from "../../../start/dataset/sampler/text.ts";

const folder = mkdtempSync(path.join(tmpdir(), "flowtally-counters-"));
after(() => rmSync(folder, { recursive: true }));
const UNITS = { pageBytes: 4096, disks: ["254:0"], countsDisks: true };
const text = new Text();

function files(name: string, contents: Readonly<Record<string, string>>): string {
  const place = path.join(folder, name);
  for (const [file, content] of Object.entries(contents)) {
    mkdirSync(path.dirname(path.join(place, file)), { recursive: true });
    writeFileSync(path.join(place, file), content);
  }
  return place;
}

describe("counters of a container", () => {
  const OLD = {
    "cpuacct.usage": "123456789\n",
    "memory.usage_in_bytes": "10000000\n",
    "memory.stat": "inactive_file 1\npgfault 2\ntotal_inactive_file 4000000\ntotal_pgfault 110\ntotal_pgmajfault 10\n",
    "blkio.throttle.io_service_bytes": "254:0 Read 1\nTotal 1\n",
    "blkio.throttle.io_serviced": "Total 0\n",
    "blkio.throttle.io_service_bytes_recursive": "254:0 Read 4096\n254:0 Write 8192\n254:0 Sync 4096\nTotal 12288\n",
    "blkio.throttle.io_serviced_recursive": "254:0 Read 1\n254:0 Write 2\nTotal 3\n",
  };
  const EXPECTED = {
    cpuNs: 123_456_789,
    memoryBytes: 6_000_000,
    memoryReadBytes: 40_960,
    memoryWrittenBytes: 409_600,
    readBytes: 4096,
    writtenBytes: 8192,
    reads: 1,
    writes: 2,
  };
  const UNKNOWN = { readBytes: undefined, writtenBytes: undefined, reads: undefined, writes: undefined };

  it("are read with version 1, without the page cache, those of groups in it too", () => {
    const group = { version: 1, folder: files("old", OLD) } as const;
    assert.deepEqual(new ContainerReader({ cpu: group, memory: group, io: group }, UNITS).read(text), EXPECTED);
  });

  it("are read with version 2, of whole disks alone", () => {
    const group = {
      version: 2,
      folder: files("new", {
        "cpu.stat": "usage_usec 123456\nuser_usec 1\n",
        "memory.current": "10000000\n",
        "memory.stat": "anon 5\nfile 9\ninactive_file 4000000\npgfault 110\npgmajfault 10\n",
        "io.stat":
          "253:0 rbytes=99 wbytes=99 rios=9 wios=9 dbytes=0 dios=0\n254:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=7 dios=7\n",
      }),
    } as const;
    const counters = new ContainerReader({ cpu: group, memory: group, io: group }, UNITS).read(text);
    assert.deepEqual(counters, { ...EXPECTED, cpuNs: 123_456_000 });
  });

  it("are not known of disks where nothing counts them", () => {
    const group = { version: 1, folder: files("uncounted", OLD) } as const;
    const groups = { cpu: group, memory: group, io: group };
    const units = { ...UNITS, countsDisks: false };
    assert.deepEqual(new ContainerReader(groups, units).read(text), { ...EXPECTED, ...UNKNOWN });
    assert.deepEqual(new ContainerReader({ ...groups, io: undefined }, UNITS).read(text), { ...EXPECTED, ...UNKNOWN });
  });

  it("are refused with the reason where CPU or memory are counted nowhere", () => {
    const read = () => new ContainerReader({ cpu: undefined, memory: undefined, io: undefined }, UNITS);
    assert.throws(read, /its CPU time is counted nowhere/);
  });
});

describe("counters of the machine", () => {
  const proc = files("proc", {
    stat: "cpu  100 1 50 1000 7 2 3 11 4 0\ncpu0 1 2\n",
    meminfo: "MemTotal:       1000 kB\nMemFree:  1 kB\nMemAvailable:    400 kB\n",
    diskstats: "   7 0 loop0 9 9 99 9 9 9 99 9\n 254 0 vda 1 2 8 4 5 6 16 7 0\n 254 1 vda1 1 2 8 4 5 6 16 7 0\n",
  });
  const sys = files("sys", {
    "block/loop0/dev": "7:0\n",
    "block/vda/dev": "254:0\n",
    "block/vda/device/x": "",
    "block/dm-0/dev": "253:0\n",
  });

  it("are those of whole disks, and of CPUs without what waits, is idle, or was taken by other machines", () => {
    const disks = wholeDisks({ proc, sys });
    assert.deepEqual(disks, [{ name: "vda", device: "254:0" }]);
    assert.deepEqual(new HostReader({ proc, sys }, disks).read(text), {
      busyNs: 156e7,
      memoryUsedBytes: 600 * 1024,
      readBytes: 8 * 512,
      writtenBytes: 16 * 512,
    });
  });
});

describe("a text that is read again", () => {
  it("has nothing left of what was longer before", () => {
    const of = (content: string) => (buffer: Buffer, offset: number) => buffer.write(content, offset, "latin1");
    const key = Buffer.from("\nlast ");
    text.fill(of("first 1\nlast 22222\n"));
    assert.equal(text.numberAfter(key), 22_222);
    text.fill(of("first 1\n"));
    assert.equal(text.numberAfter(key), undefined);
  });
});
