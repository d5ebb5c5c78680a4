import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Exporter, startExporter } from "../../../../../exporters/flow-exporter/exporter.ts";
import { readSettings } from "../../../../../exporters/flow-exporter/settings.ts";
import { Kernel } from "../../lib/kernel.ts";
import { silent } from "../../lib/log.ts";
import { NO_DOCKER } from "../../recording/recorded.ts";

const DEADLINE_MS = 15_000;

describe("an exporter with a store in a file", () => {
  let folder: string;
  let kernel: Kernel;
  let exporter: Exporter;
  const start = () => {
    const env = { FLOW_PORT: "0", FLOW_LISTEN: "127.0.0.1", FLOW_STATE: folder, FLOW_STORE: `${folder}/flows.db` };
    const settings = readSettings({ ...env, FLOW_NODE: "node-a" });
    const sources = { tracer: kernel, host: kernel.host(), docker: NO_DOCKER };
    return startExporter(settings, sources, silent as never);
  };
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-stored-"));
    kernel = new Kernel();
    exporter = await start();
  });
  after(async () => {
    await exporter.stop();
    await rm(folder, { recursive: true });
  });

  const ask = async (where: string) => {
    const response = await fetch(`http://127.0.0.1:${exporter.port}${where}`);
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  const awaited = async <Value>(what: string, look: () => Promise<Value | undefined>): Promise<Value> => {
    for (const end = performance.now() + DEADLINE_MS; performance.now() < end; await sleep(50)) {
      kernel.pass(0.05);
      const found = await look();
      if (found !== undefined) return found;
    }
    throw new Error(`${what}: not after ${DEADLINE_MS / 1000} s`);
  };
  /** The transaction with `port`, once it is there. */
  const stored = (port: number) =>
    awaited("a stored flow", async () => (await ask(`/api/transactions?port=${port}`)).body.transactions?.[0]);
  /** Until the exporter itself has counted the flow. */
  const shown = (port: number) =>
    awaited("a flow", async () => (await ask(`/api/flows?source_port=${port}`)).body.flows[0]);

  it("tells of each flow that has ended, and says in /healthz how the store is", async () => {
    const cookie = kernel.open({ source: "10.0.0.1:40000", destination: "93.184.216.34:443", sent: 77 });
    kernel.close(cookie);
    const flow = await stored(40_000);
    assert.equal(flow.key, "10.0.0.1-93.184.216.34-40000-443");
    assert.deepEqual([flow.client.node, flow.client.sent_bytes, flow.server], ["node-a", 77, null]);
    assert.notEqual(flow.client.end, null);
    const { body } = await ask("/healthz");
    assert.deepEqual(body.sources.store, { up: true, reason: "" });
    const { nat, ...store } = body.store;
    assert.deepEqual(store, { ended: 0, dropped: 0, waiting: { entries: 0, bytes: 0 }, errors: {} });
    // Whether this machine shows what it translates is for others to test.
    assert.deepEqual(Object.keys(nat), ["followed", "absent", "reason"]);
  });

  it("counts on while another program holds the database's lock, and stops all the same", async () => {
    using database = new DatabaseSync(`${folder}/flows.db`);
    database.exec("BEGIN IMMEDIATE");
    const cookie = kernel.open({ source: "10.0.0.1:40002", destination: "93.184.216.34:443", sent: 9 });
    kernel.close(cookie);
    await shown(40_002);
    await exporter.stop();
    database.exec("ROLLBACK");
    exporter = await start();
  });

  it("hands over what is open as it stops, and finds it there as it starts again", async () => {
    kernel.open({ source: "10.0.0.1:40001", destination: "93.184.216.34:443", sent: 5 });
    kernel.pass(1);
    await shown(40_001);
    await exporter.stop();
    kernel.sockets.clear();
    exporter = await start();
    const flow = await stored(40_001);
    assert.equal(flow.client.sent_bytes, 5);
  });
});
