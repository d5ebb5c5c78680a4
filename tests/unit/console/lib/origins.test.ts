import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  countsText,
  droppedIn,
  droppedShare,
  eventRate,
  hiddenOrigins,
  isDropping,
  isOwn,
  originSwitched,
  originsIn,
  shortOrigin,
  withoutOrigins,
} from "../../../../exporters/console/lib/origins.ts";
import { observedShop, shop } from "../../../browser/lab/graph.ts";

const RELAY = "hubble:relay:4245";
const GRAPH = observedShop(false, 0);
const linkOf = (source: string, destination: string, links = GRAPH.links) =>
  links.find((one) => one.source === source && one.destination === destination) ?? assert.fail(source);

describe("who tells of traffic", () => {
  it("is listed with the exporter itself first", () => {
    assert.deepEqual(originsIn(GRAPH), ["kernel", "hubble-metrics", RELAY]);
    assert.deepEqual(originsIn(shop(false, 0)), ["kernel"]);
  });

  it("is switched off and on by the address", () => {
    const { without } = originSwitched(new Set(), RELAY, false);
    const hidden = hiddenOrigins(new URLSearchParams({ without: without ?? "" }));
    assert.deepEqual([...hidden], [RELAY]);
    assert.equal(originSwitched(hidden, "kernel", false).without, `${RELAY},kernel`);
    assert.equal(originSwitched(hidden, RELAY, true).without, undefined);
  });

  it("takes what it alone tells away with it, and the ends of that", () => {
    const { nodes, links } = withoutOrigins(GRAPH, new Set([RELAY, "hubble-metrics"]));
    const plain = shop(false, 0);
    assert.deepEqual([nodes.length, links.length], [plain.nodes.length, plain.links.length]);
    assert.ok(links.every(({ observed, origins }) => observed.length === 0 && origins.join() === "kernel"));
    assert.equal(withoutOrigins(GRAPH, new Set()).links, GRAPH.links);
  });

  it("leaves nothing of the exporter's own numbers where those are not wanted", () => {
    const { links } = withoutOrigins(GRAPH, new Set(["kernel"]));
    const link = linkOf("shop-web-1", "shop-api-1", links);
    assert.deepEqual([link.sent_bytes, link.per_second, link.opened, isOwn(link)], [0, null, 0, false]);
    assert.equal(link.observed.length, 1);
  });

  it("is called shortly where there is little room", () => {
    assert.deepEqual(["kernel", "hubble-metrics", RELAY, "hubble-file:/var/log/flows.jsonl"].map(shortOrigin), [
      "kernel",
      "hubble-metrics",
      "hubble relay",
      "hubble-file flows.jsonl",
    ]);
  });
});

describe("what is dropped", () => {
  const few = linkOf("shop-api-1", "shop-db-1");
  const all = linkOf("prod/worker-5c8f2", "shop-db-1");

  it("is told by whoever tells of most, and red from one event in ten on", () => {
    assert.deepEqual([droppedIn(few), droppedIn(all), droppedIn(linkOf("registry", "world"))], [120, 240, 0]);
    assert.deepEqual([droppedShare(all), isDropping(all), isDropping(few)], [1, true, false]);
    assert.equal(droppedShare(linkOf("registry", "world")), undefined);
  });

  it("goes by events, which have a rate of their own", () => {
    assert.equal(eventRate(linkOf("prod/api-7d4b9", "prod/worker-5c8f2")), 6.5);
    assert.equal(eventRate(all), undefined);
    assert.equal(countsText(all.observed[0]?.drop_reasons ?? []), "POLICY_DENIED 240");
  });
});
