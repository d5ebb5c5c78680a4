import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readSamples } from "../../../../../exporters/flow-exporter/sources/hubble-metrics/samples.ts";
import { randomFrom } from "../../../../browser/lab/random.ts";

const vector = (result: unknown) => JSON.stringify({ status: "success", data: { resultType: "vector", result } });
const FLOWS = "hubble_flows_processed_total";

describe("Prometheus' answer", () => {
  it("has counters of Hubble with their labels", () => {
    const metric = { __name__: FLOWS, source: "shop/web", destination: "", verdict: "FORWARDED" };
    const { samples, bad } = readSamples(vector([{ metric, value: [1, "42"] }]));
    assert.equal(bad, 0);
    assert.deepEqual(
      samples.map(({ metric, labels, value }) => [metric, { ...labels }, value]),
      [["flows_processed_total", { source: "shop/web", verdict: "FORWARDED" }, 42]],
    );
  });

  it("is kept as far as it makes sense", () => {
    const good = { metric: { __name__: FLOWS, source: "a" }, value: [1, "1"] };
    const wrong = [
      ...[null, 7, {}, { metric: { __name__: "up" }, value: [1, "1"] }, { metric: good.metric }],
      ...["NaN", "-1", "+Inf", "many", 5].map((value) => ({ ...good, value: [1, value] })),
    ];
    const { samples, bad } = readSamples(vector([...wrong, good]));
    assert.deepEqual([samples.length, bad], [1, wrong.length]);
  });

  it("cannot forge names, nor JavaScript's own", () => {
    const metric = { __name__: FLOWS, source: "a\nb\u0000\u202ec", destination: "x".repeat(5_000), verdict: 7 };
    const own = JSON.parse('{"__proto__": "evil", "constructor": "evil"}');
    const { samples } = readSamples(vector([{ metric: { ...metric, ...own }, value: [1, "1"] }]));
    const { source, destination = "", verdict } = samples[0]?.labels ?? assert.fail();
    assert.deepEqual([source, destination.length, verdict], ["a b c", 256, undefined]);
    assert.equal(({} as Record<string, unknown>).evil, undefined);
  });

  for (const [text, reason] of [
    ["<html>", /is no JSON/],
    ["null", /refuses the question/],
    ['{"status":"error","error":"parse error at char 7"}', /refuses the question: parse error at char 7$/],
    ['{"status":"success","data":{"resultType":"matrix","result":[]}}', /is no vector/],
    ['{"status":"success","data":{"resultType":"vector","result":{}}}', /is no vector/],
  ] as const) {
    it(`is refused with its reason: ${text}`, () => assert.throws(() => readSamples(text), reason));
  }

  it("of random bytes is refused, and nothing else happens", () => {
    const random = randomFrom(7);
    const whole = vector(
      Array.from({ length: 5 }, (_, n) => ({ metric: { __name__: FLOWS, source: `s${n}` }, value: [1, "1"] })),
    );
    for (let round = 0; round < 10_000; round++) {
      const at = Math.floor(random() * whole.length);
      const text = whole.slice(0, at) + String.fromCharCode(Math.floor(random() * 256)) + whole.slice(at + 1);
      try {
        assert.ok(readSamples(text).samples.length <= 5);
      } catch (error) {
        assert.match((error as Error).message, /^Prometheus/);
      }
    }
  });
});
