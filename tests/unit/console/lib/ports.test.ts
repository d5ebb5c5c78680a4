import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Port } from "../../../../exporters/console/api/types.ts";
import { MANY_PORTS, portFault, portFilter, portRank, portTitle } from "../../../../exporters/console/lib/ports.ts";
import { sortRows } from "../../../../exporters/console/lib/sort.ts";

describe("the link of many ports", () => {
  const ports: Port[] = [8080, MANY_PORTS, 80, 443];

  it("comes after every port, and before them in the other direction", () => {
    assert.deepEqual(sortRows(ports, portRank, false), [80, 443, 8080, MANY_PORTS]);
    assert.deepEqual(sortRows(ports, portRank, true), [MANY_PORTS, 8080, 443, 80]);
  });

  it("is told in words, and leads to flows of any port", () => {
    assert.deepEqual(ports.map(portTitle), ["Port 8080", "All other ports", "Port 80", "Port 443"]);
    assert.deepEqual(ports.map(portFilter), ["8080", undefined, "80", "443"]);
  });
});

it("knows a port from what is none, and takes an empty field for any", () => {
  for (const port of ["", "1", "443", "65535"]) assert.equal(portFault(port), undefined, port);
  for (const text of ["0", "65536", "http", "80-90", "8.5", "-1"]) {
    assert.equal(portFault(text), "Port must be 1–65535", text);
  }
});
