import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { readSidecars, renderCard, writeCard } from "../../../start/dataset/card.ts";
import { assertSameJob } from "../../../start/dataset/record-run.ts";
import { type Sidecar, sidecarOf, writeSidecar } from "../../../start/dataset/sidecar.ts";
import { renderRun } from "../../../start/render/dataset.ts";

const MACHINE = {
  told: {
    kernel: "6.18.0",
    architecture: "x64",
    cpus: 2,
    cpu_model: "Some CPU",
    memory_bytes: 2 ** 34,
    page_bytes: 4096,
    docker: "28.0.0",
    cgroup_version: "2",
  },
  flowtally: { version: "0.1.0", commit: "a".repeat(40) },
  disks: [],
  countsDisks: true,
  disksTold: "io.stat",
  countedDisk: undefined,
  bpfCapability: true,
};

function sidecar(number: number, given: { reason?: string; job?: string; rows?: number } = {}): Sidecar {
  const container = { id: "6c", name: "web", image: "nginx", memoryLimitBytes: undefined, unsampled: undefined };
  return sidecarOf({
    words: { job: given.job ?? "k", flow: "burst", gapMs: 50, columns: "k-means", format: "csv" },
    run: { number, split: "test", rows: "", sidecar: "", rowsName: "", sidecarName: "" },
    file: `d_${number}.csv`,
    collected: {
      startNs: 100e9,
      endNs: 110.5e9,
      startedAt: new Date("2026-11-28T01:00:00Z"),
      clockSteps: [{ atNs: 101e9, stepSeconds: -3 }],
      flows: given.rows ?? 7,
      taken: 210,
      missed: 1,
      lost: 2,
      containers: [
        { ...container, ends: [{ atNs: 102e9, backNs: 103e9 }] },
        { ...container, name: "db", ends: [{ atNs: 104e9, backNs: undefined }], unsampled: "no cgroup" },
      ],
      ready: { kind: "ready", atNs: 1, firstCall: "tracepoint", memory: "none", notes: [] },
      reason: given.reason,
    },
    rows: given.rows ?? 5,
    leftOut: { "had not ended": 2 },
    everyMs: 50,
    machine: MACHINE,
    reason: given.reason,
  });
}

describe("what lies beside a run", () => {
  it("says what came of the containers, the clock and the time", () => {
    const { seconds, clock_steps, containers, flow, complete } = sidecar(1);
    assert.deepEqual(
      { seconds, clock_steps, flow, complete },
      {
        seconds: 10.5,
        clock_steps: [{ at_seconds: 1, step_seconds: -3 }],
        flow: { definition: "burst", gap_ms: 50 },
        complete: true,
      },
    );
    assert.deepEqual(
      containers.map(({ name, restarts, came_back, unsampled }) => ({ name, restarts, came_back, unsampled })),
      [
        { name: "web", restarts: [{ ended_at_seconds: 2, back_at_seconds: 3 }], came_back: true, unsampled: null },
        {
          name: "db",
          restarts: [{ ended_at_seconds: 4, back_at_seconds: null }],
          came_back: false,
          unsampled: "no cgroup",
        },
      ],
    );
  });

  it("is said on the screen, too", () => {
    const shown = renderRun({ file: "/set/k/test/d_1.csv", sidecar: sidecar(1), cardReason: undefined });
    assert.deepEqual(shown.split("\n"), [
      "k, run 1 (test): 5 rows of 7 flows in 10.5 s",
      "  2 left out: had not ended",
      "  2 lost: the kernel part had no room for them",
      "  210 samples every 50 ms, 1 missed",
      "  the wall clock was set at 1 s, by -3 s",
      "  web ended once, and was followed",
      "  db ended once, and did not come back",
      "  db: its counters could not be read: no cgroup",
      "recorded: /set/k/test/d_1.csv",
      "",
    ]);
    const empty = renderRun({
      file: "f",
      sidecar: sidecar(1, { rows: 0, reason: "Docker is gone" }),
      cardReason: "full",
    });
    assert.match(empty, /^No flow was seen: the file has its header only/m);
    assert.match(empty, /^The data card could not be written: full$/m);
    assert.match(empty, /^Incomplete: Docker is gone$/m);
  });
});

describe("a further run of a job", () => {
  const like = { job: "k", flow: "burst", gapMs: 50, columns: "k-means" } as const;

  it("has flows and columns as those that are there", () => {
    assertSameJob(like, [sidecar(1)]);
    assertSameJob({ ...like, job: "other", flow: "tuple" }, [sidecar(1)]);
    for (const other of [{ flow: "tuple" }, { gapMs: 20 }, { columns: "all" }] as const) {
      assert.throws(() => assertSameJob({ ...like, ...other }, [sidecar(1)]), { code: "DATASET_DIFFERS" });
    }
  });
});

describe("the data card", () => {
  it("is written by the sidecars that are there, over the one before", async () => {
    const out = mkdtempSync(path.join(tmpdir(), "flowtally-card-"));
    try {
      mkdirSync(path.join(out, "k/test"), { recursive: true });
      await writeCard(out);
      assert.match(readFileSync(path.join(out, "README.md"), "utf8"), /Nothing has been recorded yet/);
      for (const run of [2, 10, 1]) {
        const file = path.join(out, `k/test/d_${run}.json`);
        writeFileSync(file, " ".repeat(64 * 1024));
        writeSidecar(file, sidecar(run));
      }
      writeFileSync(path.join(out, "k/test/d_3.json"), "{}");
      writeFileSync(path.join(out, "k/inputs.json"), "{}");
      assert.deepEqual(
        readSidecars(out).map(({ run }) => run),
        [1, 2, 10],
      );
      await writeCard(out);
      assert.match(readFileSync(path.join(out, "README.md"), "utf8"), /^\| k \| test \| 3 \| 15 \| 21 \| 6 \| 0 \|$/m);
    } finally {
      rmSync(out, { recursive: true });
    }
  });

  it("names runs that are not complete, and lets no name be Markdown", () => {
    const card = renderCard([sidecar(1), sidecar(2, { reason: "a | <b>\nc" })]);
    assert.match(card, /^- k, run 2: a &#124; &#60;b&#62; c$/m);
    assert.match(card, /^\| k \| test \| 2 \| 10 \| 14 \| 4 \| 1 \|$/m);
    assert.match(card, /^Licence: CC-BY-4\.0/m);
    assert.match(card, /^\| `flow_size` \| bytes \| /m);
    assert.match(card, /a burst: what a container sends on a connection with less than 50 ms between its segments/);
  });
});
