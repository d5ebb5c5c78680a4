import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const SOURCES = path.resolve(import.meta.dirname, "../../../exporters/flow-exporter");
/** What lies beside the rooms puts them together. */
const WIRING = "the wiring";
/** What each room may import from, besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  checkpoint: ["model"],
  metadata: ["model", "checkpoint"],
  naming: ["model", "metadata"],
  sources: ["model", "checkpoint", "metadata", "naming", "hubble"],
  totals: ["model", "checkpoint"],
  outputs: ["model", "totals", "store", "hubble", "dataset"],
  store: ["model"],
  nat: ["model"],
  hubble: ["model"],
  dataset: ["model"],
  recording: ["model", "checkpoint", "metadata", "sources"],
  [WIRING]: [
    "model",
    "checkpoint",
    "metadata",
    "naming",
    "sources",
    "totals",
    "outputs",
    "store",
    "nat",
    "recording",
    "hubble",
  ],
};
/** Those that read files and ask other programs; all others are given what they need. */
const TOUCHING = [
  "checkpoint/state-file.ts",
  "hubble.thread.ts",
  "hubble/proto-files.ts",
  "metadata/docker/reader.ts",
  "metadata/host/host.ts",
  "metadata/kubernetes/api/access.ts",
  "metadata/kubernetes/api/informer.ts",
  "metadata/kubernetes/kubelet-reader.ts",
  "nat/conntrack-file.ts",
  "outputs/pages/dashboards.ts",
  "outputs/tracer-socket/socket-file.ts",
  "recording/bounded-folder.ts",
  "recording/folder-writer.ts",
  "secret-settings.ts",
  "sources/http/http-files.ts",
  "sources/hubble/followed-file.ts",
  "sources/hubble/observer-stream.ts",
  "sources/hubble/signs-of-life.ts",
  "sources/hubble/tls-files.ts",
  "sources/kernel/pins/pin-reader.ts",
  "sources/kernel/pins/tracer.ts",
  "sources/tracer-socket/reader.ts",
  "store/postgres/store.ts",
  "store/spool/spool.ts",
  "store/sqlite/open-file.ts",
  "store/sqlite/store.ts",
];
const FILES = globSync("**/*.ts", { cwd: SOURCES, exclude: ["**/node_modules/**"] }).sort();

for (const [room, allowed] of Object.entries(MAY_IMPORT)) {
  test(`${room} imports from nothing but ${["itself", ...allowed].join(", ")}`, () => {
    const files = FILES.filter((file) => roomOf(file) === room);
    assert.ok(files.length > 0);
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((one) => roomOf(one) !== room && !allowed.includes(roomOf(one)))
        .map((one) => `${file}: ${one}`),
    );
    assert.deepEqual(wrong, []);
  });
}

test("every file is in a room, or wires them together", () => {
  assert.deepEqual(
    FILES.filter((file) => MAY_IMPORT[roomOf(file)] === undefined),
    [],
  );
});

test("no files import each other in a circle, not even their types", () => {
  assert.deepEqual(circles(), []);
});

test("only these files touch the host: nothing else imports the file system, gRPC, a database's, Docker's or Kubernetes' client", () => {
  const touching = FILES.filter((file) =>
    /^(import (?!type |\{ isIP \}).*|\} )from "(node:(fs|net|os)\b.*|node:sqlite|pg|@grpc\/grpc-js|dockerode|@kubernetes\/client-node)"/m.test(
      text(file),
    ),
  );
  assert.deepEqual(touching, TOUCHING);
});

function roomOf(file: string): string {
  const [first = "", ...rest] = file.split(path.sep);
  return rest.length > 0 ? first : WIRING;
}

/** The files under the exporter that a file imports from. */
function importsOf(file: string): string[] {
  const targets = [...text(file).matchAll(/from "(\.[^"]+\.ts)"/g)].map((match) => match[1] ?? "");
  return targets.map((target) => path.join(path.dirname(file), target));
}

/** Each circle once, as the files on the way round. */
function circles(): string[] {
  const found = new Map<string, string>();
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]) => {
    const since = way.indexOf(file);
    if (since >= 0) {
      const circle = way.slice(since);
      found.set(circle.toSorted().join(), [...circle, file].join(" → "));
      return;
    }
    if (done.has(file)) return;
    for (const one of importsOf(file)) visit(one, [...way, file]);
    done.add(file);
  };
  for (const file of FILES) visit(file, []);
  return [...found.values()];
}

function text(file: string): string {
  return readFileSync(path.join(SOURCES, file), "utf8");
}
