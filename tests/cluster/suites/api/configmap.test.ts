import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { openStore } from "../../../../exporters/flow-exporter/store/open.ts";
import { ended, sentBy, startWriter } from "../../../lib/store/writers.ts";
import { type Api, createApi } from "../../lib/api.ts";
import { createConfigMap, KEYS, keysOf, readConfigMap } from "./configmap.ts";

const WRITERS = 8;
const PARTS = 10;
const NUMBERS = Array.from({ length: WRITERS }, (_, number) => number);
const WRITER = path.join(import.meta.dirname, "configmap-writer.ts");

describe(`${WRITERS} processes that write the same ${KEYS} flows`, () => {
  let api: Api;
  before(() => {
    api = createApi();
  });
  after(() => api.close());

  it("lose updates in a ConfigMap that is written back without its version", async (context) => {
    await createConfigMap(api, "unversioned");
    await writeAll("unversioned");
    const lost = await lostIn("unversioned");
    context.diagnostic(`a ConfigMap without versions: ${lost} of ${KEYS} flows have lost their largest value`);
    assert.ok(lost > 0);
  });

  it("lose none where the API server refuses older versions, but write most of it again", async (context) => {
    await createConfigMap(api, "versioned");
    const refused = await writeAll("versioned", "versioned");
    const writes = WRITERS * PARTS;
    context.diagnostic(`a ConfigMap with versions: ${writes} writes were refused ${refused} times`);
    assert.equal(await lostIn("versioned"), 0);
    assert.ok(refused > 0);
  });

  it("lose none in the store", async (context) => {
    const folder = await mkdtemp(path.join(tmpdir(), "flowtally-store-"));
    try {
      const file = path.join(folder, "flows.sqlite");
      const codes = await Promise.all(NUMBERS.map((number) => ended(startWriter(file, KEYS, number))));
      assert.deepEqual(
        codes,
        NUMBERS.map(() => 0),
      );
      const lost = await lostInStore(file);
      context.diagnostic(`the store (SQLite): ${lost} of ${2 * KEYS} halves of flows have lost their largest value`);
      assert.equal(lost, 0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  async function lostIn(name: string): Promise<number> {
    const { data = {} } = await readConfigMap(api, name);
    return keysOf(KEYS).filter((key, index) => Number(data[key] ?? 0) !== largest(index, NUMBERS)).length;
  }
});

/** All at once: each is up before any begins. @returns how often writes were refused, in all */
async function writeAll(...words: string[]): Promise<number> {
  const [name = "", ...versioned] = words;
  const writers = NUMBERS.map((number) => {
    const args = [WRITER, name, `${number}`, `${PARTS}`, ...versioned];
    return linesOf(spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] }));
  });
  await Promise.all(writers.map(({ next }) => next()));
  for (const { writer } of writers) writer.stdin?.write("go\n");
  const refused = await Promise.all(writers.map(({ next }) => next()));
  assert.deepEqual(
    await Promise.all(writers.map(({ writer }) => ended(writer))),
    NUMBERS.map(() => 0),
  );
  return refused.reduce((sum, text) => sum + Number(text), 0);
}

function linesOf(writer: ChildProcess) {
  assert.ok(writer.stdout);
  const lines = createInterface(writer.stdout)[Symbol.asyncIterator]();
  return { writer, next: async () => (await lines.next()).value };
}

function largest(key: number, writers: readonly number[]): number {
  return Math.max(...writers.map((number) => sentBy(key, number)));
}

/** Writers with an even number write the clients' halves, the others the servers'. */
async function lostInStore(file: string): Promise<number> {
  const store = await openStore(file);
  const { rows } = await store.transactions({ limit: 2 * KEYS });
  await store.close();
  const found = new Map(rows.map((row) => [row.key, row]));
  const isWrong = (bytes: number | undefined, key: number, side: number) =>
    bytes !==
    largest(
      key,
      NUMBERS.filter((number) => number % 2 === side),
    );
  return keysOf(KEYS)
    .flatMap((key, index) => {
      const { client, server } = found.get(key) ?? {};
      return [isWrong(client?.sentBytes, index, 0), isWrong(server?.sentBytes, index, 1)];
    })
    .filter(Boolean).length;
}
