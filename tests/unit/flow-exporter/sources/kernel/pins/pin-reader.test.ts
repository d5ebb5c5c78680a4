import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { PinReader } from "../../../../../../exporters/flow-exporter/sources/kernel/pins/pin-reader.ts";
import { createTracer } from "../../../../../../exporters/flow-exporter/sources/kernel/pins/tracer.ts";

describe("pins", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-pins-"));
  });
  after(() => rm(folder, { recursive: true }));

  test("are read to their end, however large, and again with fewer bytes", async () => {
    const pin = path.join(folder, "live");
    const reader = new PinReader();
    for (const size of [3_000_001, 2 ** 21, 0, 128]) {
      const bytes = Buffer.alloc(size, `${size} `);
      await writeFile(pin, bytes);
      assert.ok(bytes.equals(reader.read(pin)), `${size} bytes`);
    }
  });

  test("that the kernel pauses are read on, but not without end", async () => {
    const pin = path.join(folder, "owners");
    await writeFile(pin, "");
    let pauses = 0;
    const reader = new PinReader(() => {
      if (pauses-- > 0) throw Object.assign(new Error("EAGAIN: try again"), { code: "EAGAIN" });
      return 0;
    });
    for (const [paused, most] of [
      [3, 3],
      [50, undefined],
    ] as const) {
      pauses = paused;
      assert.equal(reader.read(pin, most).length, 0);
    }
    pauses = 4;
    assert.throws(() => reader.read(pin, 3), { message: /^stopped after 3 million objects: there are too many/ });
  });

  test("that are missing are named", () => {
    assert.throws(() => createTracer(folder).status(), { code: "ENOENT", message: /status/ });
  });

  test("flows come from live, once snapshot has been read", async () => {
    await writeFile(path.join(folder, "live"), "rows");
    assert.throws(() => createTracer(folder).snapshot(), { code: "ENOENT", message: /snapshot/ });
    await writeFile(path.join(folder, "snapshot"), "");
    assert.equal(Buffer.from(createTracer(folder).live()).toString(), "rows");
  });
});
