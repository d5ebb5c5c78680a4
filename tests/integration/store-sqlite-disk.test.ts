import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import { execa } from "execa";
import { openStore } from "../../exporters/flow-exporter/store/open.ts";
import { manyHalves, NOW_MS } from "../lib/store/halves.ts";
import { named } from "../lib/store/suite.ts";

/** A file system of two MiB, since what it is about is a real disk's answers. */
async function smallDisk() {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-disk-"));
  await execa("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]);
  return {
    file: path.join(folder, "flows.db"),
    makeReadOnly: () => execa("mount", ["-o", "remount,ro", folder]),
    [Symbol.asyncDispose]: async () => {
      await execa("umount", ["--lazy", folder]);
      await rm(folder, { recursive: true });
    },
  };
}

describe("a store in SQLite", () => {
  test("says that the disk is full, keeps what it has, and goes on once there is room", async () => {
    await using disk = await smallDisk();
    const store = await openStore(disk.file);
    await store.writeTransactions(
      manyHalves(100, () => ({})),
      NOW_MS,
    );
    const many = manyHalves(10_000, () => ({ destinationPort: 81 }));
    await assert.rejects(store.writeTransactions(many, NOW_MS), named("FULL"));
    assert.equal((await store.transactions({ limit: 1_000 })).rows.length, 100);
    await store.writeTransactions(
      manyHalves(10, () => ({ sentBytes: 999 })),
      NOW_MS,
    );
    const { rows } = await store.transactions({ limit: 1_000 });
    assert.equal(rows.filter(({ client }) => client?.sentBytes === 999).length, 10);
    await store.close();
  });

  test("says that its file is for reading only", async () => {
    await using disk = await smallDisk();
    const store = await openStore(disk.file);
    await store.close();
    await disk.makeReadOnly();
    await assert.rejects(openStore(disk.file), named("READ_ONLY"));
  });
});
