import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { HubbleEvent } from "../../../../../exporters/flow-exporter/hubble/event.ts";
import { decodeEvent, encodeEvent } from "../../../../../exporters/flow-exporter/hubble/event-bytes.ts";
import { readEvent } from "../../../../../exporters/flow-exporter/hubble/event-json.ts";
import { HubbleFault } from "../../../../../exporters/flow-exporter/hubble/fault.ts";
import { EventFold } from "../../../../../exporters/flow-exporter/sources/hubble/event-fold.ts";
import { LINES } from "../../hubble/lib/samples.ts";
import { world } from "../../lib/world.ts";
import { Reading } from "./lib/reading.ts";

const NAMES = new Set(["no_json", "no_event", "bad_frame", "bad_field"]);
const HOST = world();
const GOOD = Object.values(LINES);
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const runs = { seed, numRuns: 10_000 };

/** What is told, as long as what is wrong has a name. */
function orFault(read: () => HubbleEvent): HubbleEvent | undefined {
  try {
    return read();
  } catch (error) {
    assert.ok(error instanceof HubbleFault && NAMES.has(error.fault), String(error));
    return undefined;
  }
}

/** Folds, names and adds up an event as any other; what is told of comes out of it. */
function takeAll(events: readonly (HubbleEvent | undefined)[]): number {
  const fold = new EventFold({ maxEdges: 10, maxFlows: 10 });
  for (const event of events) if (event?.kind === "flow") fold.add(event.flow);
  const reading = new Reading({ kind: "file", name: "hubble-file:/f", path: "/f" }, undefined, HOST);
  const batch = fold.take();
  if (batch) reading.source.take(batch, () => {});
  const edges = [...reading.edges];
  for (const { source, destination } of edges) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be in a name
    for (const { name } of [source, destination]) assert.doesNotMatch(name, /[\u0000-\u001f]/);
  }
  return edges.reduce((sum, { flows }) => sum + flows, 0);
}

describe(`10,000 broken lines and frames (SEED=${seed})`, () => {
  const sample = fc.constantFrom(...GOOD);

  it("of lines, each is an event or has a fault with a name", () => {
    const cut = fc.tuple(sample, fc.nat(2_000), fc.string({ maxLength: 20 }), fc.nat(20));
    const broken = cut.map(([text, at, put, without]) => text.slice(0, at) + put + text.slice(at + without));
    fc.assert(
      fc.property(fc.oneof(broken, fc.json(), fc.string()), (line) => {
        takeAll([orFault(() => readEvent(line)), readEvent(LINES.syn)]);
      }),
      runs,
    );
  });

  it("of lines whose fields are anything, likewise", () => {
    const paths = [...new Set(GOOD.flatMap((line) => pathsIn(JSON.parse(line))))];
    fc.assert(
      fc.property(sample, fc.constantFrom(...paths), fc.jsonValue(), (line, path, value) => {
        const event = orFault(() => readEvent(JSON.stringify(withValue(JSON.parse(line), path.split("."), value))));
        assert.equal(takeAll([readEvent(LINES.syn), event]), event?.kind === "flow" ? 2 : 1, "the good one is kept");
      }),
      runs,
    );
  });

  it("of frames, likewise", () => {
    const frame = sample.map((line) => encodeEvent(readEvent(line)));
    const edit = fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(frame, edit, fc.nat(600), (bytes, edits, length) => {
        const broken = Buffer.from(bytes);
        for (const [at, byte] of edits) broken[at % broken.length] = byte;
        const event = orFault(() => decodeEvent(broken.subarray(0, broken.length - (length % 3))));
        assert.equal(takeAll([readEvent(LINES.syn), event]), event?.kind === "flow" ? 2 : 1, "the good one is kept");
      }),
      runs,
    );
  });
});

function pathsIn(value: unknown, before = ""): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, one]) => [`${before}${name}`, ...pathsIn(one, `${before}${name}.`)]);
}

function withValue(target: unknown, [name = "", ...rest]: string[], value: unknown): unknown {
  const fields = typeof target === "object" && target !== null && !Array.isArray(target) ? target : {};
  const inner = (fields as Record<string, unknown>)[name];
  return { ...fields, [name]: rest.length === 0 ? value : withValue(inner, rest, value) };
}
