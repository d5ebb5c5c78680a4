// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Grafana writes variables this way.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { linkOf, tableOf } from "../../../../../exporters/console/lib/dashboard/table.ts";

const web = { source: "web", port: "80" };
const db = { port: "5432", source: "db" };

describe("tableOf", () => {
  it("joins the values of several queries by their labels", () => {
    const found = [
      {
        refId: "A",
        results: [
          { metric: web, value: 1 },
          { metric: db, value: 2 },
        ],
      },
      { refId: "B", results: [{ metric: { source: "db", port: "5432" }, value: 20 }] },
    ];
    const { columns, rows } = tableOf(found, [
      {
        excludeByName: { port: true },
        renameByName: { source: "Source", "Value #A": "Sent", "Value #B": "Received" },
        indexByName: { "Value #B": 0, source: 1, "Value #A": 2 },
      },
    ]);
    assert.deepEqual(columns, ["Received", "Source", "Sent"]);
    assert.deepEqual(rows, [
      [undefined, "web", 1],
      [20, "db", 2],
    ]);
  });

  it("calls a single query's value Value", () => {
    const { columns } = tableOf([{ refId: "A", results: [{ metric: web, value: 1 }] }], []);
    assert.deepEqual(columns, ["source", "port", "Value"]);
  });

  it("is empty where nothing was found", () => assert.deepEqual(tableOf([{ refId: "A", results: [] }], []).rows, []));
});

it("turns Grafana's links between dashboards into the console's own", () => {
  const url = "/d/flowtally-container/some-title?var-container=${__value.raw}";
  assert.equal(linkOf(url, "shop-web-1"), "#/dashboards/flowtally-container?var-container=shop-web-1");
  assert.equal(linkOf("/d/other?var-user=${__value.raw}", "a b"), "#/dashboards/other?var-user=a%20b");
});

it("leads from an endpoint that is no container to its flows", () => {
  const url = "/d/flowtally-container?var-container=${__value.raw}";
  for (const name of ["world", "docker-dns", "~other", "host/npm ci", "container/world"]) {
    const [page, query] = linkOf(url, name).split("?");
    assert.equal(page, "#/flows", name);
    assert.equal(new URLSearchParams(query).get("container"), name);
  }
});
