import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { FlowRecord } from "../../../../../exporters/flow-exporter/model/flow-record.ts";
import { StoreFeed, type StoreIntake } from "../../../../../exporters/flow-exporter/outputs/store/store-feed.ts";
import { StoreError } from "../../../../../exporters/flow-exporter/store/error.ts";
import type { Entry } from "../../../../../exporters/flow-exporter/store/spool/spool.ts";
import type { Written } from "../../../../../exporters/flow-exporter/store/thread/messages.ts";
import { NO_NAT } from "../../../../lib/store/halves.ts";
import { flowRecord } from "../../lib/flow-record.ts";
import { silent } from "../../lib/log.ts";
import { until } from "../../lib/until.ts";

const TAKEN: Written = { error: undefined, lost: 0, waiting: { entries: 0, bytes: 0 }, nat: NO_NAT.status };

/** A store that takes what it is given, hangs or fails, as it is told. */
class StandIn implements StoreIntake {
  readonly entries: Entry[] = [];
  answer: Written = TAKEN;
  fault: Error | undefined;
  calls = 0;
  #release: (() => void) | undefined;
  #isHanging = false;

  async write(entry: Entry): Promise<Written> {
    this.calls += 1;
    if (this.#isHanging) await new Promise<void>((resolve) => (this.#release = resolve));
    if (this.fault) throw this.fault;
    this.entries.push(entry);
    return this.answer;
  }

  hang(): void {
    this.#isHanging = true;
  }

  goOn(): void {
    this.#isHanging = false;
    this.#release?.();
  }

  get sent(): number[] {
    return this.entries.flatMap(({ halves }) => halves.map(({ sentBytes }) => sentBytes));
  }
}

describe("what a store is told", () => {
  let flows: Map<object, FlowRecord>;
  let store: StandIn;
  const origin = {
    open: () => flows,
    containers: () => [{ container: { id: "id-a", addresses: ["10.0.0.1"] } as never, endpoint: "web", services: [] }],
    machine: () => undefined,
    bootId: () => "boot-a",
    bootMs: () => 0,
    node: "a",
  };
  const feedOf = (bounds = {}) => new StoreFeed(store, origin, silent, bounds);
  beforeEach(() => {
    flows = new Map();
    store = new StandIn();
  });

  it("is each open flow, and later only what has changed of it", async () => {
    const feed = feedOf();
    const [still, busy, another] = [{}, {}, {}];
    flows.set(still, flowRecord({ sentBytes: 1 })).set(busy, flowRecord({ sentBytes: 2 }));
    await feed.flush();
    assert.deepEqual(store.sent, [1, 2]);
    flows.set(busy, flowRecord({ sentBytes: 3 })).set(another, flowRecord({ sentBytes: 4 }));
    await feed.flush();
    assert.deepEqual(store.sent, [1, 2, 3, 4]);
    flows.set(still, flowRecord({ sentBytes: 1, state: "CLOSE_WAIT" }));
    await feed.flush();
    assert.deepEqual(store.sent, [1, 2, 3, 4, 1]);
  });

  it("is who has which address, with every snapshot", async () => {
    const feed = feedOf();
    await feed.flush();
    await feed.flush();
    assert.deepEqual(
      store.entries.flatMap(({ holders }) => holders.map(({ address, uid }) => [address, uid])),
      [
        ["10.0.0.1", "id-a"],
        ["10.0.0.1", "id-a"],
      ],
    );
  });

  it("is each flow as it ends, without waiting for a snapshot, and apart from the reading", async () => {
    const feed = feedOf();
    feed.onEnded(flowRecord({ sentBytes: 5, endNs: 9_000 }));
    assert.equal(store.calls, 0);
    await until("the flow is written", () => store.sent.length > 0);
    assert.deepEqual(store.sent, [5]);
  });

  it("comes in batches, between which others have their turn", async () => {
    for (let port = 1; port <= 2_000; port++) flows.set({}, flowRecord({ sourcePort: port }));
    let turns = 0;
    let isOver = false;
    const count = () => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    await feedOf().flush();
    isOver = true;
    assert.equal(store.sent.length, 2_000);
    assert.ok(Math.max(...store.entries.map(({ halves }) => halves.length)) <= 501);
    assert.ok(turns >= 4, `${turns} turns`);
  });

  it("waits while the store hangs: flows that end up to a number, beyond which they are counted; the rest loses nothing", async () => {
    const feed = feedOf({ maxEnded: 2, patienceMs: 1_000 });
    flows.set({}, flowRecord({ sentBytes: 1 }));
    store.hang();
    feed.snapshot();
    await until("the store has been asked", () => store.calls === 1);
    for (const sentBytes of [11, 12, 13, 14, 15]) feed.onEnded(flowRecord({ sentBytes }));
    assert.deepEqual([feed.ended, feed.dropped, store.calls], [2, 3, 1]);
    assert.match(feed.health.reason, /queue is full: 2 flows wait/);
    feed.snapshot(performance.now() + 5_000);
    assert.match(feed.health.reason, /^UNREACHABLE: it has not answered for 5 s$/);
    store.goOn();
    await feed.flush();
    assert.deepEqual([store.sent, feed.dropped, feed.health.up], [[1, 11, 12], 3, true]);
  });

  for (const code of ["READ_ONLY", "FULL", "SCHEMA_NEWER", "UNREACHABLE"] as const) {
    it(`names ${code}, counts it, and counts as lost only what had no room in the spool`, async () => {
      const feed = feedOf();
      flows.set({}, flowRecord());
      const error = { code, message: "so it is" };
      store.answer = { ...TAKEN, error, lost: 3, waiting: { entries: 2, bytes: 99 } };
      await feed.flush();
      assert.equal(feed.health.up, false);
      assert.equal(feed.health.reason, `${code}: so it is`);
      assert.deepEqual([...feed.errors], [[code, 2]]);
      assert.deepEqual([feed.dropped, feed.waiting], [6, { entries: 2, bytes: 99 }]);
      store.answer = TAKEN;
      await feed.flush();
      assert.deepEqual([feed.health.up, feed.waiting.entries], [true, 0]);
    });
  }

  it("tells whether translations can be read, once there was need of them", async () => {
    const feed = feedOf();
    store.answer = { ...TAKEN, nat: { ...NO_NAT.status, fault: undefined } };
    await feed.flush();
    assert.equal(feed.natHealth.up, undefined);
    store.answer = { ...TAKEN, nat: { ...NO_NAT.status, fault: "no rights" } };
    await feed.flush();
    assert.deepEqual([feed.natHealth.up, feed.natHealth.reason], [false, "no rights"]);
    store.answer = { ...TAKEN, nat: { ...NO_NAT.status, fault: "nothing shown here", isAbsent: true } };
    await feed.flush();
    assert.deepEqual([feed.natHealth.up, feed.natHealth.reason], [undefined, "nothing shown here"]);
    store.answer = { ...TAKEN, nat: { ...NO_NAT.status, isCutOff: true, translations: 7 } };
    await feed.flush();
    assert.match(feed.natHealth.reason, /more than 7 translated connections/);
    store.answer = TAKEN;
    await feed.flush();
    assert.deepEqual([feed.natHealth.up, feed.health.up], [true, true]);
  });

  it("counts what a thread was given that has ended, keeps what waits until the next snapshot, and tells open flows again", async () => {
    const feed = feedOf();
    flows.set({}, flowRecord({ sentBytes: 1 }));
    await feed.flush();
    store.fault = new StoreError("FAILED", "the store's thread has ended");
    await feed.flush();
    const { calls } = store;
    feed.onEnded(flowRecord({ sentBytes: 2, endNs: 9_000 }));
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    assert.deepEqual([store.calls, feed.dropped, feed.ended], [calls, 1, 1]);
    assert.match(feed.health.reason, /^FAILED: the store's thread has ended$/);
    store.fault = undefined;
    await feed.flush();
    assert.deepEqual(store.sent, [1, 2, 1]);
  });
});
