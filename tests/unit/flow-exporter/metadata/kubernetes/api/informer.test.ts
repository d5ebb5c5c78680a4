import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { ClusterMetadata } from "../../../../../../exporters/flow-exporter/metadata/kubernetes/api/cluster-metadata.ts";
import {
  Informer,
  type InformerOptions,
} from "../../../../../../exporters/flow-exporter/metadata/kubernetes/api/informer.ts";
import { createApiReader } from "../../../../../../exporters/flow-exporter/metadata/kubernetes/api/reader.ts";
import { SERVICES, SLICES } from "../../../../../../exporters/flow-exporter/metadata/kubernetes/api/resources.ts";
import { createHealths } from "../../../../../../exporters/flow-exporter/model/source-health.ts";
import { ApiServer, serviceObject, sliceObject } from "../../../lib/api-server.ts";
import { createAuthority, createServerCertificate } from "../../../lib/certificates.ts";
import { silent } from "../../../lib/log.ts";
import { until } from "../../../lib/until.ts";

const AUTHORITY = createAuthority("cluster");
const HERE = createServerCertificate("127.0.0.1", AUTHORITY);
const BOUNDS = { timeoutMs: 60_000, maxBytes: 100_000, silenceMs: 60_000 };
const DELAYS = { leastMs: 10, mostMs: 20, gatherMs: 1 };
const TCP = 6;

describe("what the API server is watched for", () => {
  let server: ApiServer;
  let token: string;
  let ended: AbortController;
  beforeEach(async () => {
    ended = new AbortController();
    server = await new ApiServer(HERE).start();
    token = "good";
  });
  afterEach(async () => {
    ended.abort();
    await server.close();
  });

  /** Watches both until the test ends. */
  const watch = (bounds = BOUNDS, more: Partial<InformerOptions> = {}) => {
    const healths = createHealths(silent);
    const metadata = new ClusterMetadata(healths);
    const access = async () => ({
      server: server.url,
      options: { ca: AUTHORITY.certificate, headers: { authorization: `Bearer ${token}` } },
    });
    const api = createApiReader(access, bounds);
    const options = { ...DELAYS, ...more, signal: ended.signal };
    for (const one of [SERVICES, SLICES]) new Informer(one, api, (told) => metadata.take(told), options).start();
    return { healths, metadata };
  };
  const nameAt = (metadata: ClusterMetadata, address: string) => metadata.services.at(address, TCP, 80)?.service.name;
  const faultsOf = (metadata: ClusterMetadata, source: string) =>
    Object.fromEntries(metadata.faults.find(({ name }) => name === source)?.faults ?? []);

  test("all services of all pages are known by their addresses, and what changes from then on", async () => {
    for (let at = 0; at < 1_001; at++) server.put("services", serviceObject(`s${at}`, `10.96.${at >> 8}.${at & 255}`));
    const { metadata } = watch({ ...BOUNDS, maxBytes: 1_000_000 });
    await metadata.firstWord;
    assert.equal(server.asked.filter((one) => one === "list services").length, 3);
    assert.deepEqual([nameAt(metadata, "10.96.0.0"), nameAt(metadata, "10.96.3.232")], ["s0", "s1000"]);

    server.put("services", serviceObject("late", "10.97.0.1"));
    server.put("services", serviceObject("s0", "10.97.0.2"));
    server.remove("services", { namespace: "shop", name: "s1" });
    await until("the changes", () => nameAt(metadata, "10.97.0.2") === "s0" && !nameAt(metadata, "10.96.0.1"));
    assert.deepEqual([nameAt(metadata, "10.97.0.1"), nameAt(metadata, "10.96.0.0")], ["late", undefined]);
    assert.deepEqual(faultsOf(metadata, "kubernetes-services"), {});
  });

  test("who is behind a service is known by its slices", async () => {
    server.put("services", serviceObject("web", "10.96.0.1"));
    server.put("endpointslices", sliceObject("web-a", "web", { "web-1": "10.244.0.1" }));
    const { metadata, healths } = watch();
    await metadata.firstWord;
    assert.deepEqual([healths.services.up, healths.endpointSlices.up], [true, true]);
    const called = metadata.services.at("10.96.0.1", TCP, 80);
    assert.ok(called);
    const pod = (name: string, address: string) => ({
      address,
      port: 8080,
      pod: { name, namespace: "shop", node: "node-2" },
    });
    assert.deepEqual(metadata.services.behind(called), [pod("web-1", "10.244.0.1")]);
    server.put("endpointslices", sliceObject("web-b", "web", { "web-2": "10.244.1.1" }));
    await until("another", () => metadata.services.behind(called).length === 2);
    assert.deepEqual(metadata.services.podAt("10.244.1.1", TCP, 8080), pod("web-2", "").pod);
    assert.equal(metadata.services.podAt("10.244.1.1", TCP, 22), undefined, "somebody else can be at another port");
    assert.deepEqual(metadata.services.ofPod("shop", "web-2", "10.244.1.1"), ["web"]);
  });

  test("addresses are known however they are written, and names that make no sense cost the name only", async () => {
    server.put("services", serviceObject("web", "2001:DB8:0:0::10"));
    const slice = sliceObject("web-a", "web", { "web-1": "2001:db8:0:0:2::7" });
    const odd = sliceObject("web-b", "Not A Service", { "Not A Pod": "10.244.0.9", "web-3": "10.244.0.8" });
    server.put("endpointslices", { ...slice, addressType: "IPv6" }, odd);
    const { metadata, healths } = watch();
    await metadata.firstWord;
    assert.equal(nameAt(metadata, "2001:db8::10"), "web");
    assert.equal(metadata.services.podAt("2001:db8::2:0:0:7", TCP, 8080)?.name, "web-1");
    assert.equal(metadata.services.podAt("10.244.0.9", TCP, 8080), undefined);
    assert.equal(metadata.services.podAt("10.244.0.8", TCP, 8080)?.name, "web-3");
    assert.deepEqual([healths.endpointSlices.up, faultsOf(metadata, "kubernetes-endpointslices")], [true, {}]);
  });

  test("a machine's address is known where a slice tells of a machine", async () => {
    const slice = sliceObject("kubelet-a", "kubelet", { "": "192.168.1.12" });
    const endpoints = [{ addresses: ["192.168.1.12"], targetRef: { kind: "Node", name: "node-3", uid: "x" } }];
    server.put("endpointslices", { ...slice, endpoints });
    const { metadata } = watch();
    await metadata.firstWord;
    assert.equal(metadata.services.nodeAt("192.168.1.12"), "node-3");
  });

  for (const how of ["end", "destroy"] as const) {
    test(`a watch that is dropped (${how}) goes on where it was, without another list`, async () => {
      server.put("services", serviceObject("web", "10.96.0.1"));
      const { metadata, healths } = watch();
      await metadata.firstWord;
      server.drop(how);
      server.put("services", serviceObject("missed", "10.96.0.2"));
      await until("what was missed", () => nameAt(metadata, "10.96.0.2") === "missed");
      await until("it is up", () => healths.services.up === true);
      assert.equal(server.asked.filter((one) => one === "list services").length, 1);
    });
  }

  test("a watch that has fallen behind (410 Gone) asks for the list, and forgets what is gone", async () => {
    server.put("services", serviceObject("web", "10.96.0.1"), serviceObject("stays", "10.96.0.3"));
    const { metadata, healths } = watch();
    await metadata.firstWord;
    server.drop("end");
    server.remove("services", { namespace: "shop", name: "web" });
    server.put("services", serviceObject("new", "10.96.0.2"));
    server.compact();
    await until("the new one", () => nameAt(metadata, "10.96.0.2") === "new");
    await until("it is watched again", () => healths.services.up === true && server.watches === 2);
    assert.deepEqual([nameAt(metadata, "10.96.0.1"), nameAt(metadata, "10.96.0.3")], [undefined, "stays"]);
    assert.deepEqual(faultsOf(metadata, "kubernetes-services"), { expired: 1 });
  });

  test("rights that are missing for one (403) are named, the other goes on, and it heals", async () => {
    server.put("services", serviceObject("web", "10.96.0.1"));
    server.forbidden.add("endpointslices");
    const { metadata, healths } = watch();
    await metadata.firstWord;
    assert.equal(nameAt(metadata, "10.96.0.1"), "web");
    assert.deepEqual([healths.services.up, healths.endpointSlices.up], [true, false]);
    assert.match(healths.endpointSlices.reason, /no right to list and watch endpointslices \(403\)/);
    assert.ok((faultsOf(metadata, "kubernetes-endpointslices").forbidden ?? 0) > 0);
    server.put("endpointslices", sliceObject("web-a", "web", { "web-1": "10.244.0.1" }));
    server.forbidden.clear();
    await until("the right helps", () => healths.endpointSlices.up === true);
    assert.equal(metadata.services.podAt("10.244.0.1", TCP, 8080)?.name, "web-1");
  });

  test("a token that has expired (401) is named, what is known stays, and a new one is taken", async () => {
    server.put("services", serviceObject("web", "10.96.0.1"));
    const { metadata, healths } = watch();
    await metadata.firstWord;
    server.tokens.clear();
    server.drop("end");
    await until("it is refused", () => healths.services.up === false);
    assert.match(healths.services.reason, /token: it has expired.*\(401\)/);
    assert.equal(nameAt(metadata, "10.96.0.1"), "web");
    server.tokens.add("next");
    token = "next";
    await until("it is up", () => healths.services.up === true);
  });

  test("a server that is away is named, and is watched again when it is back", async () => {
    server.put("services", serviceObject("web", "10.96.0.1"));
    const { metadata, healths } = watch();
    await metadata.firstWord;
    const port = Number(new URL(server.url).port);
    await server.close();
    await until("it is missed", () => /no API server can be reached.*ECONNREFUSED/.test(healths.services.reason));
    server = new ApiServer(HERE);
    server.put("services", serviceObject("other", "10.96.0.9"));
    server.compact();
    await server.start(port);
    await until("it is up", () => healths.services.up === true && nameAt(metadata, "10.96.0.9") === "other");
  });

  test("of a list, and of changes, what makes no sense is left out, named and counted, until it does", async () => {
    server.put("services", serviceObject("web", "10.96.0.1"), serviceObject("bad", "10.96.0.300"));
    const { metadata, healths } = watch();
    await metadata.firstWord;
    assert.equal(nameAt(metadata, "10.96.0.1"), "web");
    assert.equal(healths.services.up, false);
    assert.match(healths.services.reason, /makes no sense of them: spec\.clusterIP/);
    assert.deepEqual(faultsOf(metadata, "kubernetes-services"), { bad_object: 1 });
    server.put("services", serviceObject("good", "10.96.0.2"));
    await until("the others go on", () => nameAt(metadata, "10.96.0.2") === "good");
    server.put("services", serviceObject("bad", "10.96.0.3"));
    await until("it makes sense", () => healths.services.up === true);
    assert.equal(nameAt(metadata, "10.96.0.3"), "bad");
    server.put("services", serviceObject("worse", "10.96.0.4", { ports: [{ port: 99_999 }] }));
    await until("it is left out", () => healths.services.up === false);
    server.remove("services", { namespace: "shop", name: "worse" });
    await until("it is gone", () => healths.services.up === true);
  });

  for (const [what, line] of [
    ["no JSON", "{"],
    ["no event", '{"type":"SOMETHING","object":{}}'],
    ["an event of nothing", '{"type":"ADDED","object":null}'],
  ] as const) {
    test(`a change that is ${what} is counted, and the list is asked for, as it may be missed`, async () => {
      const { metadata, healths } = watch();
      await metadata.firstWord;
      server.say("services", line);
      server.put("services", serviceObject("after", "10.96.0.2"));
      await until("the list is there", () => nameAt(metadata, "10.96.0.2") === "after");
      await until("it is up", () => healths.services.up === true);
      const { no_json = 0, bad_event = 0 } = faultsOf(metadata, "kubernetes-services");
      assert.equal(no_json + bad_event, 1);
      assert.equal(server.asked.filter((one) => one === "list services").length, 2);
    });
  }

  for (const [fault, text, words] of [
    ["no_json", "<html>", /is no JSON/],
    ["no_list", '{"kind":"Status"}', /is no list/],
    ["too_long", `"${"x".repeat(BOUNDS.maxBytes)}"`, /too long/],
  ] as const) {
    test(`a list that is ${fault} is named, and asked for again`, async () => {
      let isWrong = true;
      server.answer = (resource, query, response) => {
        if (!isWrong || resource !== "services" || query.has("watch")) return false;
        response.end(text);
        return true;
      };
      const { metadata, healths } = watch();
      await metadata.firstWord;
      assert.match(healths.services.reason, words);
      assert.equal(healths.endpointSlices.up, true);
      isWrong = false;
      await until("it is up", () => healths.services.up === true);
    });
  }

  test("a server that ends each watch with an error is asked ever less often, and soon again once one has lasted", async () => {
    server.put("services", serviceObject("web", "10.96.0.1"));
    const failure = JSON.stringify({ type: "ERROR", object: { kind: "Status", code: 500, message: "etcd is away" } });
    server.answer = (resource, query, response) => {
      if (resource !== "services" || !query.has("watch")) return false;
      const version = query.get("resourceVersion");
      const bookmark = JSON.stringify({ type: "BOOKMARK", object: { metadata: { resourceVersion: version } } });
      // Something comes of each watch before it ends.
      response.end(`${bookmark}\n${failure}\n`);
      return true;
    };
    const pauses: number[] = [];
    const resting = Promise.withResolvers<void>();
    let nowMs = 0;
    const pause = async (ms: number) => {
      pauses.push(ms);
      // The last watch has lasted.
      if (pauses.length === 8) nowMs += 30_000;
      if (pauses.length >= 9) await resting.promise;
    };
    const { metadata, healths } = watch(BOUNDS, { leastMs: 1_000, mostMs: 30_000, pause, now: () => nowMs });
    await until("nine errors", () => pauses.length === 9);
    for (const [time, pauseMs] of pauses.slice(0, 8).entries()) {
      const most = Math.min(1_000 * 2 ** time, 30_000);
      assert.ok(pauseMs >= most / 2 && pauseMs <= most, `${pauseMs} ms after ${time + 1} errors`);
    }
    assert.equal(faultsOf(metadata, "kubernetes-services").watch_error, 9);
    assert.match(healths.services.reason, /ends the watch with an error.*etcd is away/);
    assert.equal(server.asked.filter((one) => one === "list services").length, 9);
    assert.equal(nameAt(metadata, "10.96.0.1"), "web");
    resting.resolve();
  });

  test("a watch from which nothing comes is given up, and begun again", async () => {
    server.put("services", serviceObject("web", "10.96.0.1"));
    const { metadata, healths } = watch({ ...BOUNDS, silenceMs: 300 });
    await metadata.firstWord;
    await until("it is given up", () => (faultsOf(metadata, "kubernetes-services").timeout ?? 0) > 0);
    await until("it is up", () => healths.services.up === true);
    assert.equal(server.asked.filter((one) => one === "list services").length, 1);
  });

  test("the thread that watches can end: what was known stays", async () => {
    server.put("services", serviceObject("web", "10.96.0.1"));
    const { metadata, healths } = watch();
    await metadata.firstWord;
    metadata.end("out of memory");
    assert.match(healths.services.reason, /thread that asks the API server has ended: out of memory/);
    assert.equal(nameAt(metadata, "10.96.0.1"), "web");
    const nothing = { isWhole: true, set: [], removed: [] };
    metadata.take({ resource: "services", kind: "changes", changes: nothing });
    assert.equal(nameAt(metadata, "10.96.0.1"), undefined, "the next one tells all there are");
  });
});
