import assert from "node:assert/strict";
import * as promises from "node:fs/promises";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import { createStateFile, type Files } from "../../../exporters/flow-exporter/checkpoint/state-file.ts";
import { ROWS_VERSION } from "../../../exporters/flow-exporter/sources/kernel/rows/layout.ts";
import { Kernel } from "./lib/kernel.ts";
import { closedRow, processRow, udpRow } from "./lib/rows.ts";
import { Disk, Running } from "./lib/running.ts";
import { SOCKETS } from "./lib/sockets.ts";
import { container, idOf } from "./lib/world.ts";

const WORLD = { source: "192.168.1.10:4000", destination: "9.9.9.9:443", comm: "curl" };

describe("totals on disk", () => {
  test("an exporter goes on where the one before was killed", async () => {
    const { kernel, disk } = started();
    const before = new Running(kernel, disk);
    const cookie = kernel.open({ ...WORLD, sent: 700, received: 60 });
    await before.cycle(20);
    kernel.send(cookie, 5);
    const after = new Running(kernel, disk);
    await after.cycle();
    assert.deepEqual(after.sums(), { ...before.sums(), sent: before.sums().sent + 5 });
  });

  test("after a reboot the totals stay, and the sockets are new", async () => {
    const { kernel, disk } = started();
    const before = new Running(kernel, disk);
    kernel.open({ ...WORLD, cookie: 900, sent: 700 });
    await before.cycle(20);
    kernel.bootId = "boot-2";
    kernel.nowNs = 10e9;
    kernel.sockets.clear();
    kernel.open({ ...WORLD, cookie: 900, sent: 11 });
    const after = new Running(kernel, disk);
    await after.cycle();
    assert.equal(after.sums().sent, before.sums().sent + 11);
  });

  test("UDP goes on as well, unless the tracer has numbered its entries anew", async () => {
    const { kernel, disk } = started();
    const socket = { ...WORLD, cookie: 5, destination: "9.9.9.9:53", sent: 100 };
    kernel.udpRows = udpRow(socket, 1);
    await new Running(kernel, disk).cycle(20);
    kernel.udpRows = udpRow({ ...socket, sent: 130 }, 1);
    const second = new Running(kernel, disk);
    await second.cycle(20);
    assert.equal(udpBytes(second), 130);
    kernel.restart();
    kernel.udpRows = udpRow({ ...socket, sent: 40 }, 1);
    const third = new Running(kernel, disk);
    await third.cycle();
    assert.equal(udpBytes(third), 170);
  });

  test("a container that is gone keeps its name", async () => {
    const { kernel, disk } = started();
    const before = new Running(kernel, disk);
    before.pipeline.metadata.restore([container("brief", { id: idOf("e") })]);
    kernel.processRows = Buffer.concat([
      processRow({ pid: 1 }),
      processRow({ pid: 9, cgroup_id: 70, cgroup_name: idOf("e") }),
    ]);
    await before.cycle(20);
    kernel.processRows = processRow({ pid: 1 });
    const after = new Running(kernel, disk);
    kernel.close(kernel.open({ ...WORLD, netns: 8, cgroup: 70 }));
    await after.cycle();
    const names = [...after.pipeline.totals].map(({ edge }) => edge.source.name);
    assert.ok(names.includes("brief"), names.join());
  });

  test("time from a tracer's last sign to the start of the next is unseen", async () => {
    const { kernel, disk } = started();
    const running = new Running(kernel, disk);
    await running.cycle();
    kernel.pass(7);
    kernel.restart();
    await running.cycle();
    await running.cycle(20);
    assert.equal(Math.round(running.pipeline.watch.downtime.seconds), 7);
  });

  test("so is the time after both tracer and exporter have ended, from what was written down last", async () => {
    const { kernel, disk } = started();
    await new Running(kernel, disk).cycle(20);
    kernel.pass(40);
    kernel.restart();
    kernel.pass(300);
    const after = new Running(kernel, disk);
    await after.cycle();
    await after.cycle(20);
    assert.equal(Math.round(after.pipeline.watch.downtime.seconds), 40);
    assert.equal(Math.round(new Running(kernel, disk).pipeline.watch.downtime.seconds), 40);
  });

  test("an exporter that was away misses nothing where the tracer has lived on", async () => {
    const { kernel, disk } = started();
    await new Running(kernel, disk).cycle(20);
    const after = new Running(kernel, disk);
    await after.cycle(3_600);
    assert.equal(after.pipeline.watch.downtime.seconds, 0);
  });

  test("of a reboot, the time from boot to the start of the tracer is unseen", async () => {
    const { kernel, disk } = started();
    await new Running(kernel, disk).cycle(20);
    kernel.bootId = "boot-2";
    kernel.nowNs = 12e9;
    kernel.restart();
    const after = new Running(kernel, disk);
    await after.cycle();
    assert.equal(Math.round(after.pipeline.watch.downtime.seconds), 12);
  });

  test("where the clock was set meanwhile, a tracer's first sign stands for its start", async () => {
    const { kernel, disk } = started();
    await new Running(kernel, disk).cycle(20);
    kernel.pass(40);
    kernel.restart();
    kernel.wallOffset += 86_400;
    kernel.pass(300);
    const after = new Running(kernel, disk);
    await after.cycle();
    const { downtime, clockSteps } = after.pipeline.watch;
    assert.deepEqual([downtime.seconds, clockSteps.last?.seconds ?? 0].map(Math.round), [341, 86_400]);
  });

  test("a container is known with all that was known of it", async () => {
    const { kernel, disk } = started();
    const [everywhere, somewhere] = [
      { protocol: 6, hostPort: 80, containerPort: 8080 },
      { protocol: 6, hostAddress: "127.0.0.1", hostPort: 81, containerPort: 8081 },
    ];
    const web = container("web", { id: idOf("e"), addresses: ["172.18.0.9"], publishedPorts: [everywhere, somewhere] });
    const before = new Running(kernel, disk);
    before.pipeline.metadata.restore([web]);
    await before.cycle(20);
    assert.deepEqual(new Running(kernel, disk).pipeline.metadata.known, [web]);
  });

  for (const [name, text] of [
    ["half a file", (good: string) => good.slice(0, 700)],
    ["another version", (good: string) => good.replace('"version":1', '"version":2')],
    ["a negative count", (good: string) => good.replace(/"sentBytes":\d+/, '"sentBytes":-1')],
    ["an endpoint that is not there", (good: string) => good.replace(/"source":\d+/, '"source":99')],
    ["nothing", () => ""],
  ] as const) {
    test(`${name}: put aside with a warning, and counting from zero`, async () => {
      const { kernel, disk } = started();
      await new Running(kernel, disk).cycle(20);
      disk.text = text(disk.text ?? "");
      const running = new Running(kernel, disk);
      assert.equal(running.sums().sent, 0);
      assert.match(JSON.stringify(running.warnings), /make no sense.*|"aside":"aside"/);
      assert.notEqual(disk.aside, undefined);
      assert.equal(running.pipeline.checkpoint.setAside, 1);
      await running.cycle(20);
      assert.equal(new Running(kernel, disk).pipeline.checkpoint.setAside, 0);
    });
  }

  test("ended flows that an exporter of another version has read are lost, and counted as such", async () => {
    const { kernel, disk } = started();
    await new Running(kernel, disk).cycle(20);
    const row = closedRow({ ...WORLD, cookie: 7 }, { sequence: 1, endNs: 1 });
    row.writeUInt8(ROWS_VERSION - 1, 3);
    const rows = Buffer.concat([row, row]).toString("base64");
    disk.text = disk.text?.replace('"rows":""', `"rows":"${rows}"`);
    const running = new Running(kernel, disk);
    await running.cycle();
    assert.deepEqual([running.pipeline.watch.lostFlows.state.total.closed, disk.aside], [2, undefined]);
  });

  test("losses under the name that an exporter of another version had for them are no reason to start from zero", async () => {
    const { kernel, disk } = started();
    await new Running(kernel, disk).cycle(20);
    disk.text = disk.text?.replace('"tableFull":', '"storageLost":');
    assert.match(disk.text ?? "", /storageLost/);
    await new Running(kernel, disk).cycle();
    assert.equal(disk.aside, undefined);
  });

  test("whatever is in the file, the exporter starts", async () => {
    const { kernel, disk } = started();
    await new Running(kernel, disk).cycle(20);
    const good = disk.text ?? "";
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length), fc.nat(40), fc.string({ maxLength: 20 }), async (at, drop, put) => {
        disk.text = good.slice(0, at) + put + good.slice(at + drop);
        await new Running(kernel, disk).cycle();
      }),
    );
  });
});

describe("the state file", () => {
  test("is replaced as a whole, in a folder that is made for it", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "flowtally-state-"));
    const inner = path.join(folder, "state");
    const file = createStateFile(inner);
    assert.equal(file.read(), undefined);
    await file.write(["one"]);
    await file.write(["t", "wo"]);
    assert.equal(file.read(), "two");
    assert.deepEqual(await readdir(inner), ["totals.json"]);
    const aside = file.setAside();
    assert.equal(await readFile(aside, "utf8"), "two");
    assert.equal(file.read(), undefined);
    await rm(folder, { recursive: true });
  });

  test("is on the disk before it takes its name, and its name is too", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "flowtally-state-"));
    const done: string[] = [];
    await createStateFile(folder, reporting(done)).write(["o", "ne"]);
    assert.deepEqual(done, [
      "mkdir",
      "open totals.json.new",
      "write",
      "write",
      "fsync",
      "close",
      "rename totals.json.new",
      `open ${path.basename(folder)}`,
      "fsync",
      "close",
    ]);
    await rm(folder, { recursive: true });
  });

  test("that cannot be brought to the disk keeps the one before, and is a failure", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "flowtally-state-"));
    const file = createStateFile(folder);
    await file.write(["one"]);
    const failing = createStateFile(folder, {
      ...promises,
      open: async (...args) => {
        const handle = await promises.open(...args);
        handle.sync = () => Promise.reject(new Error("EIO: i/o error, fsync"));
        return handle;
      },
    });
    await assert.rejects(failing.write(["two"]), /EIO/);
    assert.equal(file.read(), "one");
    await rm(folder, { recursive: true });
  });

  test("that cannot be written is a failure with its reason", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "flowtally-state-"));
    const blocked = path.join(folder, "file");
    await writeFile(blocked, "");
    await assert.rejects(createStateFile(blocked).write(["one"]), { code: /EEXIST|ENOTDIR/ });
    await rm(folder, { recursive: true });
  });
});

function started() {
  const kernel = new Kernel();
  for (const values of SOCKETS) kernel.open({ ...values, cgroup: 0 });
  return { kernel, disk: new Disk() };
}

/** The real file system, which reports what is asked of it. */
function reporting(done: string[]): Files {
  return {
    mkdir: ((...args: Parameters<Files["mkdir"]>) => {
      done.push("mkdir");
      return promises.mkdir(...args);
    }) as Files["mkdir"],
    open: async (file, ...more) => {
      done.push(`open ${path.basename(String(file))}`);
      const handle = await promises.open(file, ...more);
      for (const [method, name] of [
        ["writeFile", "write"],
        ["sync", "fsync"],
        ["close", "close"],
      ] as const) {
        const real = handle[method].bind(handle) as (...args: unknown[]) => Promise<void>;
        handle[method] = (...args: unknown[]) => {
          done.push(name);
          return real(...args);
        };
      }
      return handle;
    },
    rename: (from, to) => {
      done.push(`rename ${path.basename(String(from))}`);
      return promises.rename(from, to);
    },
  };
}

function udpBytes({ pipeline }: Running): number {
  return [...pipeline.totals].reduce((sum, { edge, sentBytes }) => sum + (edge.protocol === "udp" ? sentBytes : 0), 0);
}
