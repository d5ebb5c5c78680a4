import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createEdge } from "../../../../exporters/flow-exporter/model/edge.ts";
import { WORLD } from "../../../../exporters/flow-exporter/model/endpoint.ts";
import type { FlowDelta } from "../../../../exporters/flow-exporter/model/flow-delta.ts";
import { FlowQueue } from "../../../../exporters/flow-exporter/outputs/flow-queue.ts";
import { silent } from "../lib/log.ts";
import { FakeSink } from "../lib/slow-sink.ts";
import { until } from "../lib/until.ts";

describe("the queue of a slow sink", () => {
  test("hands on all there is, in order and in batches, after the call that brought it", async () => {
    const { sink, queue } = fixture(10_000);
    queue.add(deltas(0, 1_500));
    queue.apply(deltas(1_500, 2_500));
    assert.deepEqual(sink.batches, [], "nothing within the call");
    await until("all that was added", () => sink.taken.length === 2_500);
    assert.deepEqual(sink.taken, deltas(0, 2_500));
    assert.deepEqual(sink.batches, [1_000, 1_000, 500]);
    assert.deepEqual([queue.dropped, queue.health.up], [0, true]);
  });

  test("is bounded while the sink hangs, counts what it drops, and heals once the sink has caught up", async () => {
    const { sink, queue } = fixture(10);
    sink.hang();
    queue.apply(deltas(0, 4));
    await until("the first batch", () => sink.batches.length === 1);
    queue.apply(deltas(4, 9));
    queue.apply(deltas(9, 30));
    queue.apply(deltas(30, 33));
    assert.deepEqual([queue.dropped, queue.health.up], [23, false]);
    assert.equal(queue.health.reason, "its queue is full: 10 deltas wait");
    sink.goOn();
    await until("what waited", () => sink.taken.length === 10);
    assert.deepEqual(sink.taken, deltas(0, 10));
    await until("the sink's recovery", () => queue.health.up === true);
    queue.apply(deltas(33, 34));
    await until("the next one", () => sink.taken.length === 11);
    assert.equal(queue.dropped, 23);
  });

  test("has not recovered while some of what filled it waits", async () => {
    const { sink, queue } = fixture(1_500);
    const states: (boolean | undefined)[] = [];
    sink.write = async () => void states.push(queue.health.up);
    queue.apply(deltas(0, 1_501));
    await until("the sink's recovery", () => queue.health.up === true);
    assert.deepEqual(states, [false, false]);
  });

  test("counts what a sink fails to take, names the fault, and goes on with the next batch", async () => {
    const { sink, queue } = fixture(10);
    sink.fault = new Error("the disk is full");
    queue.apply(deltas(0, 5));
    await until("the failure", () => queue.dropped === 5);
    assert.deepEqual([queue.health.up, queue.health.reason], [false, "the disk is full"]);
    sink.fault = undefined;
    queue.apply(deltas(5, 7));
    await until("the next batch", () => sink.taken.length === 2);
    assert.deepEqual(sink.taken, deltas(5, 7));
    await until("the sink's recovery", () => queue.health.up === true);
    assert.equal(queue.dropped, 5);
  });

  test("counts what a sink throws at once just the same", async () => {
    const { sink, queue } = fixture(10);
    sink.write = () => {
      throw new Error("never got that far");
    };
    queue.apply(deltas(0, 2));
    await until("the failure", () => queue.dropped === 2);
    assert.equal(queue.health.reason, "never got that far");
  });
});

function fixture(maxWaiting: number) {
  const sink = new FakeSink();
  return { sink, queue: new FlowQueue(sink, silent, maxWaiting) };
}

/** Those that send as many bytes as their number, from `first` up to before `end`. */
function deltas(first: number, end: number): FlowDelta[] {
  const edge = createEdge(WORLD, WORLD, 80, "tcp");
  return Array.from({ length: end - first }, (_, index) => ({
    edge,
    sentBytes: first + index,
    receivedBytes: 0,
    retransmits: 0,
    opened: 0,
    closed: 0,
    failed: 0,
    established: 0,
    works: true,
    rttSeconds: undefined,
    whole: undefined,
  }));
}
