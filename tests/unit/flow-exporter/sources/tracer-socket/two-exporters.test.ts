import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { Clients } from "../../../../../exporters/flow-exporter/outputs/tracer-socket/clients.ts";
import { serveTracerSocket } from "../../../../../exporters/flow-exporter/outputs/tracer-socket/serve.ts";
import { Kernel } from "../../lib/kernel.ts";
import { silent } from "../../lib/log.ts";
import { Disk, Running } from "../../lib/running.ts";
import { until } from "../../lib/until.ts";

const folder = mkdtempSync(path.join(tmpdir(), "flowtally-two-"));
after(() => rmSync(folder, { recursive: true }));

const FAR = "93.184.216.34:443";

/** An exporter over a kernel that serves what it sees, and one that reads nothing but that. */
async function createTwo(name: string) {
  const socket = path.join(folder, name);
  const kernel = new Kernel();
  const clients: Clients = new Clients(() => teller.pipeline.source.open());
  const teller = new Running(kernel, undefined, undefined, { onEnded: clients.onEnded.bind(clients) });
  const state = {
    clients,
    sinceBootMs: () => kernel.nowNs / 1e6,
    tracer: { up: true, reason: "" },
    node: "",
    version: "",
  };
  const served = await serveTracerSocket({ path: socket, mode: 0o600, owner: undefined }, state, silent);
  const own = new Kernel();
  own.broken = "status";
  const disk = new Disk();
  const createReader = () => new Running(own, disk, undefined, { sources: { kernel: false, sockets: [socket] } });
  return { kernel, teller, own, disk, served, createReader };
}

/** A reader's cycles, each a second after the one before, until its totals are those given. */
async function readsUntil(reader: Running, own: Kernel, sums: Partial<ReturnType<Running["sums"]>>): Promise<void> {
  await until(JSON.stringify(sums), () => {
    own.pass(1);
    reader.pipeline.collector.collect();
    return isDeepStrictEqual({ ...reader.sums(), ...sums }, reader.sums());
  });
}

test("what one tells the other counts, open, ended and brief, and nothing twice after a restart of the reader", async () => {
  const { kernel, teller, own, disk, served, createReader } = await createTwo("a.sock");
  let reader = createReader();
  try {
    const first = kernel.open({ source: "10.0.0.1:1", destination: FAR, sent: 100, received: 7 });
    for (let cycle = 0; cycle < 2; cycle++) await teller.cycle();
    await readsUntil(reader, own, { sent: 100, received: 7, opened: 1, closed: 0 });
    const { tracer } = reader.pipeline.healths;
    assert.deepEqual([tracer.up, tracer.reason], [undefined, "FLOW_SOURCES does not name the kernel"]);

    await reader.pipeline.checkpoint.save();
    assert.match(disk.text ?? "", /"tracerSockets":\{"uds:.*a\.sock":\[\{"key"/);
    reader = createReader();
    kernel.send(first, 23);
    await teller.cycle();
    await readsUntil(reader, own, { sent: 123, received: 7, opened: 1, closed: 0 });

    kernel.close(kernel.open({ source: "10.0.0.1:2", destination: FAR, sent: 5 }));
    kernel.send(first, 1);
    kernel.close(first);
    for (let cycle = 0; cycle < 3; cycle++) await teller.cycle();
    await readsUntil(reader, own, { sent: 129, received: 7, opened: 2, closed: 2 });
  } finally {
    await served.stop();
  }
});
