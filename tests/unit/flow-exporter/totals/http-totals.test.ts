import assert from "node:assert/strict";
import { test } from "node:test";
import { createEndpoint } from "../../../../exporters/flow-exporter/model/endpoint.ts";
import { HttpTotals } from "../../../../exporters/flow-exporter/totals/http-totals.ts";

const answered = (source: string, code: number) => ({
  source: createEndpoint(source, "container"),
  destination: createEndpoint("web", "container"),
  destinationPort: 80,
  method: "GET",
  code,
  requests: 2,
  latencySeconds: 0.5,
});

test("answers add up by who asked whom, method and code", () => {
  const totals = new HttpTotals();
  for (const code of [200, 404, 200]) totals.add(answered("a", code));
  totals.add(answered("b", 200));
  assert.deepEqual(
    [...totals].map(({ source, code, requests, latencySeconds }) => [source.name, code, requests, latencySeconds]),
    [
      ["a", 200, 4, 1],
      ["a", 404, 2, 0.5],
      ["b", 200, 2, 0.5],
    ],
  );
});

test("beyond 2,000 of them they are others, by code, and none is lost", () => {
  const totals = new HttpTotals();
  for (let index = 0; index < 2_100; index++) totals.add(answered(`client-${index}`, 200 + (index % 2)));
  const all = [...totals];
  assert.equal(all.length, 2_002);
  const others = all.filter(({ source }) => source.name === "~other");
  assert.deepEqual(
    others.map(({ destination, destinationPort, method, code, requests }) => [
      destination.name,
      destinationPort,
      method,
      code,
      requests,
    ]),
    [
      ["~other", 0, "", 200, 100],
      ["~other", 0, "", 201, 100],
    ],
  );
  assert.equal(
    all.reduce((sum, { requests }) => sum + requests, 0),
    4_200,
  );
});
