import { argv } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { openStore } from "../../../exporters/flow-exporter/store/open.ts";
import { inLanes } from "../../../exporters/flow-exporter/store/postgres/lanes.ts";
import type { Store } from "../../../exporters/flow-exporter/store/store.ts";
import { manyHalves, NOW_MS } from "../../lib/store/halves.ts";

// Agents without a kernel: each has a store of its own, as an exporter has, and writes its changed flows at its own time of each
// interval, the next one once the last is written. `agents.ts ADDRESS AGENTS FLOWS INTERVAL_MS SNAPSHOTS`. Answers "ready" when all
// are connected, then at a message starts, and answers with what came of each snapshot.

/** Of one snapshot, in milliseconds. */
export interface Written {
  /** How late it began: the one before was still being written. */
  lag: number;
  /** How long it took. */
  latency: number;
  /** The database did not take it: an exporter would keep it on its disk. */
  failed: boolean;
}

/** As long as a database may take to make a connection; more at once would only wait for each other. */
const CONNECTING_AT_ONCE = 16;

const [address = "", ...numbers] = argv.slice(2);
const [agents = 0, flows = 0, intervalMs = 0, snapshots = 0] = numbers.map(Number);
const stores: Store[] = [];
const all = Array.from({ length: agents }, (_, number) => number);
await inLanes(all, CONNECTING_AT_ONCE, async (number) => {
  stores[number] = await openStore(address);
});

async function write(store: Store, agent: number, sentBytes: number): Promise<void> {
  const halves = manyHalves(flows, (index) => ({
    node: `node-${agent}`,
    boot: `boot-${agent}`,
    sourceAddress: `10.${agent >> 8}.${agent & 255}.${index >> 12}`,
    sourcePort: 10_000 + (index & 4095),
    sentBytes,
  }));
  await store.writeTransactions(halves, NOW_MS);
}

async function run(store: Store, agent: number, start: number): Promise<Written[]> {
  const written: Written[] = [];
  for (let snapshot = 0; snapshot < snapshots; snapshot++) {
    const due = start + (snapshot + agent / agents) * intervalMs;
    await sleep(Math.max(0, due - performance.now()));
    const began = performance.now();
    const failed = await write(store, agent, (snapshot + 1) * 1_000).then(
      () => false,
      () => true,
    );
    written.push({ lag: began - due, latency: performance.now() - began, failed });
  }
  return written;
}

process.once("message", async () => {
  const start = performance.now();
  const written = await Promise.all(stores.map((store, agent) => run(store, agent, start)));
  process.send?.(written.flat());
});
process.once("disconnect", () => void Promise.all(stores.map((store) => store.close())));
process.send?.("ready");
