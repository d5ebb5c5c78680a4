import assert from "node:assert/strict";
import { it } from "node:test";
import { Worker } from "node:worker_threads";
import { startStore } from "../../../../../exporters/flow-exporter/outputs/store/start-store.ts";
import { NO_NAT } from "../../../../lib/store/halves.ts";
import { flowRecord } from "../../lib/flow-record.ts";
import { silent } from "../../lib/log.ts";

/** A thread whose database hangs: it answers a write once it is told to leave, and says then that the write waits. */
const HANGING = `const { parentPort } = require("node:worker_threads");
const held = [];
const waits = { error: { code: "UNREACHABLE", message: "left" }, lost: 0, waiting: { entries: 1, bytes: 9 }, nat: ${JSON.stringify(NO_NAT.status)} };
let isLeft = false;
parentPort.on("message", ({ id, question }) => {
  if (question.kind === "leave") isLeft = true;
  if (question.kind === "write") held.push(id);
  else parentPort.postMessage({ id });
  if (isLeft) for (const one of held.splice(0)) parentPort.postMessage({ id: one, value: waits });
  if (question.kind === "close") parentPort.close();
});`;

it("leaves a database that hangs when the exporter stops, before that is ended", async () => {
  const origin = {
    open: () => [[{}, flowRecord()]] as const,
    containers: () => [],
    machine: () => undefined,
    bootId: () => "boot-a",
    bootMs: () => 0,
    node: "a",
  };
  const store = startStore(() => new Worker(HANGING, { eval: true, execArgv: [] }), origin, silent);
  store.begin();
  await store.stop();
  assert.deepEqual([store.feed.waiting.entries, store.feed.dropped], [1, 0]);
  await store.terminate();
});
