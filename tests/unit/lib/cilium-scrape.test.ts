import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CILIUM_PARTS, recordedScrape, scrapeAfter, startCiliumNode } from "../../lib/cilium-scrape.ts";

/** Each series of a scrape with its value. */
function samplesOf(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const samples = lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))] as const);
  assert.equal(new Map(samples).size, lines.length, "a series is there twice");
  return new Map(samples);
}

describe("the recorded scrape of a node of Cilium", () => {
  it("has each series once, and a number for each", () => {
    for (const name of [...CILIUM_PARTS, "hubble-http"] as const) {
      for (const [series, value] of samplesOf(recordedScrape(name))) assert.ok(Number.isFinite(value), series);
    }
  });

  it("has histograms whose buckets grow, the last of which is the count", () => {
    for (const name of CILIUM_PARTS) {
      const samples = samplesOf(scrapeAfter(recordedScrape(name), 77));
      let [before, least] = ["", 0];
      for (const [series, value] of samples) {
        const [, bucketsOf, labels, le] = /^(\w+)_bucket\{(.*?),?le="([^"]+)"\}$/.exec(series) ?? [];
        if (bucketsOf === undefined) continue;
        const histogram = `${bucketsOf}{${labels}}`;
        assert.ok(histogram !== before || value >= least, series);
        [before, least] = [histogram, value];
        const count = samples.get(`${bucketsOf}_count${labels === "" ? "" : `{${labels}}`}`);
        if (le === "+Inf") assert.equal(value, count, series);
      }
    }
  });

  it("counts on with time, and leaves gauges", () => {
    const text = [
      "# TYPE a_total counter",
      'a_total{b="c d"} 600',
      "# TYPE e gauge",
      "e 600",
      "# TYPE f histogram",
      "f_sum 1.5",
    ];
    assert.deepEqual(
      [...samplesOf(scrapeAfter(text.join("\n"), 60)).entries()],
      [
        ['a_total{b="c d"}', 660],
        ["e", 600],
        ["f_sum", 1.65],
      ],
    );
  });

  it("is served by part, each of which can go", async () => {
    await using node = await startCiliumNode("127.0.0.1", 0);
    for (const part of CILIUM_PARTS) {
      const response = await fetch(`http://127.0.0.1:${node.ports[part]}/metrics`);
      assert.equal(response.status, 200);
      assert.equal(samplesOf(await response.text()).size, samplesOf(recordedScrape(part)).size);
    }
    await node.stop("relay");
    await assert.rejects(fetch(`http://127.0.0.1:${node.ports.relay}/metrics`));
    assert.equal((await fetch(`http://127.0.0.1:${node.ports.agent}/elsewhere`)).status, 404);
  });
});
