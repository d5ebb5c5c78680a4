import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { HubbleOutput } from "../../../exporters/flow-exporter/hubble-thread.ts";
import { HubbleFeed } from "../../../exporters/flow-exporter/outputs/hubble/feed.ts";
import type { ToThread } from "../../../exporters/flow-exporter/outputs/hubble/messages.ts";
import { until } from "./lib/until.ts";

const SETTINGS = {
  host: "127.0.0.1",
  port: 4245,
  tls: undefined,
  node: "alpha",
  version: "1",
  peers: [],
  advertise: undefined,
};

class FakeThread extends EventEmitter {
  readonly posted: ToThread[] = [];
  terminated = false;
  postMessage(message: ToThread): void {
    this.posted.push(message);
  }
  async terminate(): Promise<number> {
    this.terminated = true;
    this.emit("exit", 1);
    return 1;
  }
}

function serve() {
  const threads: FakeThread[] = [];
  const said: unknown[] = [];
  const feed = new HubbleFeed({
    records: () => [],
    namespaces: () => [],
    origin: () => ({ node: "alpha", bootMs: 0 }),
    nowNs: () => 1,
    count: undefined,
  });
  const log = { info: (line: unknown) => said.push(line), warn: (line: unknown) => said.push(line) };
  const output = new HubbleOutput(feed, log as ConstructorParameters<typeof HubbleOutput>[1]);
  const stopped = new AbortController();
  const start = () => {
    const thread = new FakeThread();
    threads.push(thread);
    return thread as unknown as ReturnType<NonNullable<NonNullable<Parameters<HubbleOutput["serve"]>[2]>["start"]>>;
  };
  output.serve(SETTINGS, stopped.signal, { start, pause: () => Promise.resolve() });
  return { threads, output, feed, stopped };
}

test("a thread that ends is followed by another, says why, and took those who followed with it", async () => {
  const { threads, output, feed, stopped } = serve();
  const [first] = threads;
  first?.emit("message", { kind: "listening", port: 4245 });
  assert.deepEqual([output.health.up, output.port], [true, 4245]);
  first?.emit("message", { kind: "follow", isOn: true });
  first?.emit("error", new Error("listen EADDRINUSE"));
  first?.emit("exit", 1);
  assert.deepEqual([output.health.up, output.health.reason, output.port], [false, "listen EADDRINUSE", 0]);
  feed.onOpened(() => assert.fail("nobody follows any more"));
  await until("the next thread", () => threads.length === 2);
  threads[1]?.emit("message", { kind: "facts", id: 7 });
  assert.deepEqual(
    threads[1]?.posted.map((one) => one.kind === "facts" && one.id),
    [7],
  );
  stopped.abort();
  assert.equal(threads[1]?.terminated, true);
  assert.equal(threads.length, 2);
});
