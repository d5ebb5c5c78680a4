import assert from "node:assert/strict";
import { test } from "node:test";
import { Kernel } from "../../../lib/kernel.ts";
import { Running } from "../../../lib/running.ts";

const SYN_SENT = 2;
const FAILED = 417;
const LOOK_UPS = 6_000;

test("failed connects stay listed, however many connections came and went after them", async () => {
  const kernel = new Kernel();
  const running = new Running(kernel, undefined);
  const client = (number: number, port: number) => ({
    source: `127.0.0.1:${10_000 + number}`,
    destination: `9.9.9.9:${port}`,
    comm: "curl",
  });
  for (let number = 0; number < FAILED; number++) {
    const cookie = kernel.open({ ...client(number, 81), state: SYN_SENT });
    kernel.close(cookie, { lastState: SYN_SENT, error: 111 });
  }
  await running.cycle();
  for (let number = 0; number < LOOK_UPS; number++) kernel.close(kernel.open(client(number, 53)));
  for (let cycle = 0; cycle < 3; cycle++) await running.cycle();
  const recent = [...running.pipeline.source.records()];
  assert.equal(recent.filter(({ failed }) => failed).length, FAILED);
  assert.equal(recent.length, FAILED + 5_000);
});
