import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ApiError, type ToldFault } from "../../../../../../exporters/flow-exporter/metadata/kubernetes/api/faults.ts";
import type { ApiReader } from "../../../../../../exporters/flow-exporter/metadata/kubernetes/api/reader.ts";
import { ResourceReader } from "../../../../../../exporters/flow-exporter/metadata/kubernetes/api/resource-reader.ts";
import { SERVICES, SLICES } from "../../../../../../exporters/flow-exporter/metadata/kubernetes/api/resources.ts";
import { type ApiObject, serviceObject, sliceObject } from "../../../lib/api-server.ts";

const fail = ({ fault }: ToldFault) => assert.fail(fault);
const { signal } = new AbortController();

/** An API server that has these objects; `longest`: so many it can put into one answer. */
function apiWith(objects: ApiObject[], longest = 1_000) {
  const limits: number[] = [];
  const lines: string[] = [];
  const api: ApiReader = {
    get: async (path) => {
      const query = new URL(path, "https://api").searchParams;
      const limit = Number(query.get("limit"));
      limits.push(limit);
      if (limit > longest) throw new ApiError("too_long", "over so many bytes");
      const from = Number(query.get("continue") ?? 0);
      const rest = from + limit < objects.length ? { continue: `${from + limit}` } : {};
      const items = objects.slice(from, from + limit).map((one) => versioned(one));
      return JSON.stringify({ metadata: { resourceVersion: "7", ...rest }, items });
    },
    follow: async (_path, { onLine }) => {
      for (const line of lines) onLine(line);
    },
  };
  const change = (type: string, object: ApiObject) => lines.push(JSON.stringify({ type, object: versioned(object) }));
  return { api, limits, change };
}

function versioned(object: ApiObject): ApiObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: "7" } };
}

function servicesOf(count: number): ApiObject[] {
  return Array.from({ length: count }, (_, at) => serviceObject(`s${at}`, `10.96.${at >> 8}.${at & 255}`));
}

describe("a list of the API server", () => {
  test("is asked for in smaller pages where one would be too long, and lacks nothing", async () => {
    const { api, limits } = apiWith(servicesOf(450), 150);
    const { items } = await new ResourceReader(SERVICES, api, fail).list(signal);
    assert.equal(new Set(items.map(({ metadata }) => metadata.name)).size, 450);
    assert.deepEqual(limits, [500, 100, 100, 100, 100, 100]);
  });

  test("fails where one object alone is too long", async () => {
    const { api, limits } = apiWith(servicesOf(3), 0);
    await assert.rejects(new ResourceReader(SERVICES, api, fail).list(signal), { fault: "too_long" });
    assert.equal(limits.at(-1), 1);
  });

  test("is taken as far as there is room, the rest is left out, named and counted once, and no more is asked for", async () => {
    const faults: ToldFault[] = [];
    const { api, limits } = apiWith(servicesOf(1_600));
    const reader = new ResourceReader(SERVICES, api, (fault) => faults.push(fault), { most: 700, mostOfOne: 9 });
    const { items, metadata } = await reader.list(signal);
    assert.deepEqual([items.length, metadata.resourceVersion], [700, "7"]);
    assert.equal(limits.length, 2);
    const expected = { fault: "too_many", detail: "over 700 places" };
    assert.deepEqual([faults, reader.leftOut], [[expected], expected]);
    await reader.list(signal);
    assert.equal(faults.length, 2, "once for each list");
  });

  test("has room by the pods behind services, and one that goes makes room for another", async () => {
    const faults: string[] = [];
    const pods = (count: number, from: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`p${from + at}`, `10.244.0.${from + at}`]));
    const { api, change } = apiWith([sliceObject("a", "web", pods(6, 1)), sliceObject("b", "web", pods(3, 10))]);
    const reader = new ResourceReader(SLICES, api, ({ fault }) => faults.push(fault), { most: 13, mostOfOne: 9 });
    assert.equal((await reader.list(signal)).items.length, 2);
    const seen: string[] = [];
    const watch = () =>
      reader.watch(
        "7",
        () => {},
        ({ type, item }) => seen.push(`${type} ${"name" in item.metadata ? item.metadata.name : ""}`),
        signal,
      );
    change("MODIFIED", sliceObject("b", "web", pods(6, 10)));
    change("ADDED", sliceObject("c", "web", pods(1, 20)));
    change("DELETED", sliceObject("a", "web", {}));
    change("ADDED", sliceObject("d", "web", pods(6, 30)));
    await watch();
    assert.deepEqual(seen, ["ADDED c", "DELETED a", "ADDED d"]);
    assert.deepEqual(faults, ["too_many"]);
  });

  test("leaves out a service that takes the places of thousands, by its name, and keeps the others", async () => {
    const ports = Array.from({ length: 200 }, (_, at) => ({ name: `p${at}`, port: 1 + at }));
    const externalIPs = Array.from({ length: 200 }, (_, at) => `203.0.113.${at}`);
    const { api } = apiWith([serviceObject("huge", "10.96.0.1", { ports, externalIPs }), ...servicesOf(3)]);
    const faults: ToldFault[] = [];
    const { items } = await new ResourceReader(SERVICES, api, (fault) => faults.push(fault)).list(signal);
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      ["s0", "s1", "s2"],
    );
    assert.deepEqual(faults, [{ fault: "too_many", detail: "shop/huge takes over 1100 places" }]);
  });

  test("what somebody else says of a fault is cut", () => {
    const error = new ApiError("watch_error", "x".repeat(10_000));
    assert.ok(error.message.length < 400 && error.detail.length === 200);
  });
});
