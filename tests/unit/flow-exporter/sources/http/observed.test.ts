import assert from "node:assert/strict";
import { test } from "node:test";
import { createEndpoint } from "../../../../../exporters/flow-exporter/model/endpoint.ts";
import { asObserved } from "../../../../../exporters/flow-exporter/sources/http/observed.ts";
import { ObservedEdges } from "../../../../../exporters/flow-exporter/totals/observed-edges.ts";

test("answered requests are events of their edge, with methods, codes and latency", () => {
  const edges = new ObservedEdges({ maxEdges: 10, maxPorts: 10 });
  const grown = {
    source: createEndpoint("db", "container"),
    destination: createEndpoint("web", "container"),
    destinationPort: 80,
    method: "GET",
    code: 200,
    requests: 3,
    latencySeconds: 0.5,
  };
  edges.add(...asObserved(grown, 1_000));
  edges.add(...asObserved({ ...grown, method: "POST", code: 404, requests: 1 }, 2_000));
  const [edge, ...others] = [...edges];
  assert.equal(others.length, 0);
  assert.deepEqual(
    [edge?.origin, edge?.source.name, edge?.destination.name, edge?.destinationPort, edge?.protocol],
    ["http", "db", "web", 80, "tcp"],
  );
  assert.deepEqual([edge?.flows, edge?.seenMs], [4, 2_000]);
  const { requests, responses, methods, codes, latencySeconds } = edge?.http ?? assert.fail("no HTTP");
  assert.deepEqual([requests, responses, latencySeconds], [4, 4, { sum: 1, count: 4 }]);
  assert.deepEqual(
    [...methods],
    [
      ["GET", 3],
      ["POST", 1],
    ],
  );
  assert.deepEqual(
    [...codes],
    [
      ["200", 3],
      ["404", 1],
    ],
  );
});
