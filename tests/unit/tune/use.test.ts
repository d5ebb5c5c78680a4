import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StartError } from "../../../start/errors.ts";
import type { Prometheus, Series } from "../../../start/stack/prometheus.ts";
import { isEnough, readUse, useOf } from "../../../start/tune/use.ts";

/** One reading every 10 seconds. */
function series(from: number, ...values: number[]): Series {
  return values.map((value, index) => ({ at: from + index * 10, value }));
}

function prometheusWith(history: (selector: string) => Promise<Series[]>): Prometheus {
  return { targets: async () => [], query: async () => [], history };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert(error instanceof StartError);
  return `${error.code}: ${error.explanation.why}`;
}

describe("a container's use", () => {
  it("is average, highest, number and span of the samples", () => {
    assert.deepEqual(useOf([series(100, 10, 30, 20)]), {
      averageBytes: 20,
      peakBytes: 30,
      samples: 3,
      coveredSeconds: 30,
    });
  });

  it("goes over all its containers when it was replaced within the window", () => {
    assert.deepEqual(useOf([series(200, 40), series(100, 10, 10)]), {
      averageBytes: 20,
      peakBytes: 40,
      samples: 3,
      coveredSeconds: 150,
    });
  });

  it("is known once two thirds of the window were seen", () => {
    const seen = { averageBytes: 1, peakBytes: 1, samples: 60, coveredSeconds: 600 };
    assert.equal(isEnough(seen, 900), true);
    assert.equal(isEnough({ ...seen, coveredSeconds: 599 }, 900), false);
    assert.equal(isEnough({ ...seen, samples: 2 }, 900), false);
  });

  it("is asked for by the container's exact name", async () => {
    const asked: string[] = [];
    const prometheus = prometheusWith(async (selector) => {
      asked.push(selector);
      return [series(0, 5, 5, 5, 5)];
    });
    await readUse(prometheus, "grafana", 30);
    assert.deepEqual(asked, ['container_memory_working_set_bytes{name="grafana"}']);
  });

  it("is a named error with what is there and when there will be enough", async () => {
    const none = prometheusWith(async () => []);
    assert.match(await codeOf(readUse(none, "grafana", 900)), /^TOO_LITTLE_DATA: .* 0 samples/);
    const some = prometheusWith(async () => [series(0, 1, 1, 1)]);
    await assert.rejects(readUse(some, "grafana", 900), (error) => {
      assert(error instanceof StartError);
      assert.match(error.explanation.fix, /^try again in 10 min/);
      return true;
    });
  });

  it("is a named error with the cause when Prometheus does not answer", async () => {
    const refused = new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:9090") });
    const prometheus = prometheusWith(() => Promise.reject(refused));
    assert.equal(
      await codeOf(readUse(prometheus, "grafana", 900)),
      "NO_PROMETHEUS: connect ECONNREFUSED 127.0.0.1:9090",
    );
  });
});
