import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createEdge } from "../../../../../exporters/flow-exporter/model/edge.ts";
import { createEndpoint } from "../../../../../exporters/flow-exporter/model/endpoint.ts";
import type { FlowRecord } from "../../../../../exporters/flow-exporter/model/flow-record.ts";
import type { HubbleFlow } from "../../../../../exporters/flow-exporter/model/hubble-flow.ts";
import { HubbleFeed } from "../../../../../exporters/flow-exporter/outputs/hubble/feed.ts";
import type { ToThread } from "../../../../../exporters/flow-exporter/outputs/hubble/messages.ts";
import { flowRecord } from "../../lib/flow-record.ts";
import { until } from "../../lib/until.ts";

const EDGE = createEdge(createEndpoint("a", "container"), createEndpoint("b", "container"), 80, "tcp");
const opened = (number: number) => flowRecord({ edge: EDGE, sourcePort: number, startNs: number * 1e6 });
const ended = (number: number, changes: Partial<FlowRecord> = {}) =>
  flowRecord({
    edge: EDGE,
    sourcePort: number,
    startNs: number * 1e6,
    endNs: number * 1e6 + 5,
    open: false,
    ...changes,
  });

function createFeed(records: readonly FlowRecord[] = [], count?: (event: HubbleFlow) => void) {
  const posted: ToThread[] = [];
  const feed = new HubbleFeed({
    records: () => records,
    namespaces: () => ["shop", "", "shop", "a"],
    origin: () => ({ node: "alpha", bootMs: 0 }),
    nowNs: () => 9e9,
    count,
  });
  feed.attach((message) => posted.push(message));
  const events = () => posted.flatMap((one) => (one.kind === "events" ? [...one.flows] : []));
  return { feed, posted, events };
}

describe("while nobody follows", () => {
  test("no record is made of what begins, and nothing is told", () => {
    const { feed, posted } = createFeed();
    feed.onOpened(() => assert.fail("nobody wants it"));
    feed.onEnded(ended(1));
    feed.endCycle();
    assert.deepEqual(posted, []);
    assert.equal(feed.seen, 2);
  });

  test("what is counted is counted all the same", () => {
    const counted: HubbleFlow[] = [];
    const { feed, posted } = createFeed([], (event) => counted.push(event));
    feed.onOpened(() => opened(1));
    feed.onEnded(ended(1));
    feed.endCycle();
    assert.equal(counted.length, 2);
    assert.deepEqual(posted, []);
  });
});

describe("while somebody follows", () => {
  test("a cycle's events are told together, oldest first", async () => {
    const { feed, posted, events } = createFeed();
    feed.take({ kind: "follow", isOn: true });
    feed.onEnded(ended(7));
    feed.onOpened(() => opened(3));
    assert.deepEqual(posted, []);
    feed.endCycle();
    await until("the events", () => posted.length === 1);
    assert.deepEqual(
      events().map(({ l4 }) => [l4?.sourcePort, l4?.flags.join()]),
      [
        [3, "SYN"],
        [7, "FIN,ACK"],
      ],
    );
  });

  test("a connect that failed begins as it ends", async () => {
    const { feed, events, posted } = createFeed();
    feed.take({ kind: "follow", isOn: true });
    feed.onEnded(ended(1, { failed: true, errno: 111 }));
    feed.endCycle();
    await until("the events", () => posted.length > 0);
    assert.deepEqual(
      events().map(({ l4 }) => l4?.flags.join()),
      ["SYN", "RST,ACK"],
    );
    assert.equal(feed.seen, 2);
  });

  test("a thread that takes nothing is given no more, and is told how many there was no room for", async () => {
    const { feed, posted, events } = createFeed();
    feed.take({ kind: "follow", isOn: true });
    for (let number = 1; number <= 40_100; number++) feed.onOpened(() => opened(number));
    feed.endCycle();
    await until("eight batches", () => posted.length === 8);
    feed.endCycle();
    for (let batch = 0; batch < 80; batch++) {
      feed.take({ kind: "taken" });
      const next = Math.min(80, 9 + batch);
      await until(`batch ${next}`, () => posted.length >= next);
    }
    await until("the loss", () => posted.at(-1)?.kind === "lost");
    assert.deepEqual(posted.at(-1), { kind: "lost", count: 100 });
    assert.equal(events().length, 40_000);
  });

  test("a thread that has gone took its followers with it", () => {
    const { feed } = createFeed();
    feed.take({ kind: "follow", isOn: true });
    feed.attach(undefined);
    feed.onOpened(() => assert.fail("nobody wants it"));
  });
});

test("the past is told in parts, the last of which says so; even if there is none", async () => {
  const { feed, posted } = createFeed(Array.from({ length: 700 }, (_, number) => opened(number + 1)));
  feed.take({ kind: "history", id: 5 });
  await until("the history", () => posted.length === 2);
  assert.deepEqual(
    posted.map((one) => one.kind === "history" && [one.id, one.flows.length, one.isLast]),
    [
      [5, 500, false],
      [5, 200, true],
    ],
  );
  const none = createFeed();
  none.feed.take({ kind: "history", id: 1 });
  await until("no history", () => none.posted.length === 1);
  assert.deepEqual(none.posted, [{ kind: "history", id: 1, flows: [], isLast: true }]);
});

test("facts have each namespace once", () => {
  const { feed, posted } = createFeed();
  feed.take({ kind: "facts", id: 3 });
  const [told] = posted;
  assert.deepEqual(told?.kind === "facts" && [told.id, told.facts.namespaces, told.facts.seen], [3, ["a", "shop"], 0]);
});
