import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpTotal } from "../../../../../exporters/flow-exporter/model/http-total.ts";
import { SourceHealth } from "../../../../../exporters/flow-exporter/model/source-health.ts";
import { HttpSource } from "../../../../../exporters/flow-exporter/sources/http/http-source.ts";
import { HTTP_METHOD } from "../../../../../exporters/flow-exporter/sources/kernel/rows/layout.ts";
import { silent } from "../../lib/log.ts";
import { httpRow } from "../../lib/rows.ts";
import { container, idOf, world } from "../../lib/world.ts";

/** Of the container `web`. */
const WEB_CGROUP = 20;
const DB_ADDRESS = "172.18.0.3";

/** A source whose pin says what `answer` does; with what it hands on, and what it tells the tracer. */
function reading(names = ["web"]) {
  const handed: HttpTotal[] = [];
  const told: string[][] = [];
  const pin = { answer: (): Uint8Array => Buffer.alloc(0) };
  const source = new HttpSource({
    files: { rows: () => pin.answer(), want: (ids) => void told.push([...ids]) },
    names,
    sink: { add: (grown) => void handed.push(grown) },
    health: new SourceHealth("http", silent),
  });
  const says = (...rows: Buffer[]) => {
    pin.answer = () => Buffer.concat(rows);
  };
  const lines = () =>
    handed
      .splice(0)
      .map(
        ({ source: from, destination, destinationPort, method, code, requests, latencySeconds }) =>
          `${from.name} > ${destination.name}:${destinationPort} ${method} ${code} ${requests} ${latencySeconds}`,
      );
  /** Nothing has been asked before it begins. */
  const begun = () => {
    source.read(world());
    return { source, says, lines };
  };
  return { source, told, pin, says, lines, begun };
}

const row = (count: number, values: Record<string, number> = {}, client = DB_ADDRESS) =>
  httpRow({
    client,
    port: 80,
    code: 200,
    cgroup_id: WEB_CGROUP,
    method: HTTP_METHOD.GET,
    count,
    latency_ns: count * 1e6,
    ...values,
  });

test("what has grown since the last cycle is handed on, with both ends named", () => {
  const { source, says, lines } = reading().begun();
  says(row(7), row(1, { method: HTTP_METHOD.POST, code: 404 }), row(2, {}, "203.0.113.9"));
  source.read(world());
  assert.deepEqual(lines(), [
    "db > web:80 GET 200 7 0.007",
    "db > web:80 POST 404 1 0.001",
    "world > web:80 GET 200 2 0.002",
  ]);
  source.read(world());
  assert.deepEqual(lines(), []);
  says(row(10));
  source.read(world());
  assert.deepEqual(lines(), ["db > web:80 GET 200 3 0.003"]);
});

test("what is there as it begins, an earlier exporter has counted", () => {
  const { source, says, lines } = reading();
  says(row(7));
  source.read(world());
  says(row(9));
  source.read(world());
  assert.deepEqual(lines(), ["db > web:80 GET 200 2 0.002"]);
});

test("a tracer that starts anew counts from 0, and so does a row that left and came back", () => {
  const { source, says, lines } = reading().begun();
  says(row(7));
  source.read(world());
  says(row(2));
  source.read(world());
  says();
  source.read(world());
  says(row(5));
  source.read(world());
  assert.deepEqual(lines(), [
    "db > web:80 GET 200 7 0.007",
    "db > web:80 GET 200 2 0.002",
    "db > web:80 GET 200 5 0.005",
  ]);
});

test("a client at an address that nobody is known to have had waits for Docker's word, and not for ever", () => {
  const { source, says, lines } = reading().begun();
  const late = container("late", { id: idOf("e"), addresses: ["172.18.0.9"] });
  const gone = world({ goneContainers: [late], nowNs: 100e9 });
  says(row(1, { last_ns: 99e9 }, "172.18.0.9"));
  source.read(gone);
  assert.deepEqual(lines(), []);
  source.read({ ...gone, nowNs: 106e9 });
  assert.deepEqual(lines(), ["container/~unknown > web:80 GET 200 1 0.001"]);
});

test("the tracer is told the ids of the named containers, by their own names and Compose's, whenever these change", () => {
  const { source, told } = reading(["web", "api", "none"]);
  const web = container("web", { id: idOf("a") });
  const replicas = [idOf("9"), idOf("3")].map((id) => container(`shop-api-${id[0]}`, { id, composeService: "api" }));
  source.read(world({ containers: [web], metadataVersion: 1 }));
  source.read(world({ containers: [web], metadataVersion: 2 }));
  source.read(world({ containers: [web, ...replicas], metadataVersion: 3 }));
  source.read(world({ containers: [], metadataVersion: 4 }));
  assert.deepEqual(told, [[idOf("a")], [idOf("3"), idOf("9"), idOf("a")], []]);
});

test("the last row has what is in no total; rows of another build, or no pin, are a source that fails", () => {
  const { source, says, pin } = reading();
  says(row(7), httpRow({ client: "0.0.0.0", count: 5, latency_ns: 3 }));
  source.read(world());
  assert.deepEqual(source.notCounted, { table: 5, handshake: 3 });
  assert.equal(source.health.up, true);
  says(row(7).fill(9, 3, 4));
  source.read(world());
  assert.match(source.health.reason, /http_row at byte 0 has size 64, kind 8, version 9/);
  pin.answer = () => {
    throw new Error("ENOENT");
  };
  source.read(world());
  assert.deepEqual([source.health.up, source.health.reason], [false, "ENOENT"]);
});
