import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { EdgeReading } from "../../../../../exporters/flow-exporter/model/stored-edge.ts";
import { AllNodes, type NodesStore } from "../../../../../exporters/flow-exporter/outputs/nodes/all-nodes.ts";
import { StoreError } from "../../../../../exporters/flow-exporter/store/error.ts";
import type { FlowList } from "../../../../../exporters/flow-exporter/store/store.ts";
import { storedEdge, storedEnd, storedReading } from "../../lib/stored-edge.ts";

const AWAY = new StoreError("UNREACHABLE", "connect ECONNREFUSED");

/** Answers at once with what it is set to, and counts how often it is asked. */
class Store implements NodesStore {
  asked = 0;
  answer: () => Promise<EdgeReading> = async () => storedReading([storedEdge()]);
  flows: () => Promise<FlowList> = async () => ({ total: 0, rows: [] });
  edges() {
    this.asked += 1;
    return this.answer();
  }
}

describe("all nodes", () => {
  let store: Store;
  let nowMs: number;
  let nodes: AllNodes;
  beforeEach(() => {
    store = new Store();
    nowMs = 0;
    nodes = new AllNodes(store, "a", () => nowMs, 20);
  });

  /** What is known some time later, once what that has started is done. */
  const lookAfter = async (ms: number) => {
    nowMs += ms;
    await nodes.look();
    await nextTurn();
    return nodes.look();
  };

  it("are read once for all who ask within five seconds", async () => {
    const looks = await Promise.all(Array.from({ length: 10 }, () => nodes.look()));
    assert.equal(new Set(looks).size, 1);
    await lookAfter(4_999);
    assert.equal(store.asked, 1);
    await lookAfter(1);
    assert.equal(store.asked, 2);
  });

  it("are answered with what is known while they are read again, unless that is old", async () => {
    const first = await nodes.look();
    const later = storedReading([storedEdge()], 60);
    store.answer = async () => later;
    nowMs += 6_000;
    assert.equal(await nodes.look(), first);
    await nextTurn();
    assert.equal((await nodes.look()).reading, later);
    const latest = storedReading([storedEdge()], 120);
    store.answer = async () => latest;
    nowMs += 30_001;
    assert.equal((await nodes.look()).reading, latest);
  });

  it("are read the less often the longer that takes", async () => {
    store.answer = async () => {
      nowMs += 2_000;
      return storedReading([storedEdge()]);
    };
    await nodes.look();
    await lookAfter(17_999);
    assert.equal(store.asked, 1);
    await lookAfter(1);
    assert.equal(store.asked, 2);
  });

  it("are asked of a store that keeps all waiting every twenty seconds, and of one that fails at once every five", async () => {
    store.answer = async () => {
      nowMs += 10_000;
      throw AWAY;
    };
    await nodes.look();
    await lookAfter(19_999);
    assert.equal(store.asked, 1);
    store.answer = () => Promise.reject(AWAY);
    await lookAfter(1);
    await lookAfter(5_000);
    assert.equal(store.asked, 3);
  });

  it("have names: this one's, and of all that have told of a flow", async () => {
    store.answer = async () =>
      storedReading([storedEdge({ source: storedEnd("", "") }), storedEdge({ source: storedEnd("web", "c") })]);
    assert.deepEqual((await nodes.look()).nodes, ["a", "b", "c"]);
  });

  it("are still known by name while the store is away, and come back with it", async () => {
    await nodes.look();
    store.answer = () => Promise.reject(AWAY);
    const away = await lookAfter(5_000);
    assert.deepEqual([away.reading, away.failure, away.nodes], [undefined, AWAY, ["a", "b"]]);
    store.answer = async () => storedReading([storedEdge()]);
    const back = await lookAfter(5_000);
    assert.deepEqual([back.reading?.edges.length, back.failure], [1, undefined]);
  });

  it("are told by name at once, and read meanwhile", async () => {
    assert.deepEqual(nodes.names(), ["a"]);
    await nextTurn();
    assert.deepEqual([nodes.names(), store.asked], [["a", "b"], 1]);
  });

  it("are waited for no longer than a page can show nothing", async () => {
    const { promise, resolve } = Promise.withResolvers<EdgeReading>();
    store.answer = () => promise;
    const { failure, nodes: names } = await nodes.look();
    assert.deepEqual(
      [failure?.code, failure?.message, names],
      ["UNREACHABLE", "it has not answered for 0.02 s", ["a"]],
    );
    resolve(storedReading([storedEdge()]));
    await nextTurn();
    assert.equal((await nodes.look()).failure, undefined);
    assert.equal(store.asked, 1);
  });
});
