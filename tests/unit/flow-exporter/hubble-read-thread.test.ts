import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { test } from "node:test";
import { readHubble, type Thread } from "../../../exporters/flow-exporter/hubble-read-thread.ts";
import { SourceHealth } from "../../../exporters/flow-exporter/model/source-health.ts";
import type { Batch } from "../../../exporters/flow-exporter/sources/hubble/batch.ts";
import { HubbleSource } from "../../../exporters/flow-exporter/sources/hubble/hubble-source.ts";
import { silent } from "./lib/log.ts";
import { world } from "./lib/world.ts";

class FakeThread extends EventEmitter {
  isTerminated = false;
  readonly posted: unknown[] = [];

  terminate(): Promise<number> {
    this.isTerminated = true;
    return Promise.resolve(1);
  }

  postMessage(message: unknown): void {
    this.posted.push(message);
  }
}

const ORIGIN = { kind: "file", name: "hubble-file:/f", path: "/f" } as const;
const none = () => new Map<string, never>();
const BATCH: Batch = { edges: [], flows: [], others: none(), lost: new Map([["HERE", 2]]), faults: none() };

function reading() {
  const host: { world: ReturnType<typeof world> | undefined } = { world: undefined };
  const sink = { add: () => {}, addOther: () => {}, addFlow: () => {} };
  const health = new SourceHealth(ORIGIN.name, silent);
  const source = new HubbleSource({ health, world: () => host.world, sink, node: "" });
  const ended = new AbortController();
  const threads: FakeThread[] = [];
  const pauses: number[] = [];
  const started = new EventEmitter();
  readHubble({ origins: [ORIGIN], tls: undefined }, [source], ended.signal, {
    start: () => {
      const thread = new FakeThread();
      threads.push(thread);
      started.emit("start");
      return thread as unknown as Thread;
    },
    pause: async (ms) => void pauses.push(ms),
    now: () => 0,
  });
  return { host, source, ended, threads, pauses, started };
}

test("a batch is taken in once the host is known, and only then the next one is asked for", () => {
  const { host, source, threads } = reading();
  const [thread] = threads;
  thread?.emit("message", { source: 0, kind: "batch", batch: BATCH });
  assert.deepEqual([[...source.lost], thread?.posted], [[], []]);
  host.world = world();
  source.read();
  assert.deepEqual([[...source.lost], thread?.posted], [[["HERE", 2]], [{ source: 0 }]]);
});

test("whether a source works is what its thread says; another thread is started where one ends, ever less often", async () => {
  const { source, threads, pauses, started } = reading();
  threads[0]?.emit("message", { source: 0, kind: "up" });
  assert.equal(source.health.up, true);
  threads[0]?.emit("message", { source: 0, kind: "down", reason: "there is no such file" });
  assert.deepEqual([source.health.up, source.health.reason], [false, "there is no such file"]);
  const next = once(started, "start");
  threads[0]?.emit("error", new Error("out of memory"));
  threads[0]?.emit("exit", 1);
  await next;
  assert.match(source.health.reason, /thread that reads it has ended: out of memory/);
  assert.equal(threads.length, 2);
  assert.ok(pauses.every((ms) => ms >= 2_500));
});

test("none is started once nobody wants to know any more", () => {
  const { ended, threads } = reading();
  ended.abort();
  assert.equal(threads[0]?.isTerminated, true);
  threads[0]?.emit("exit", 1);
  assert.equal(threads.length, 1);
});
