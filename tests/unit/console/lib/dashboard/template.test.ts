// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Grafana writes variables this way.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Bound, interpolate } from "../../../../../exporters/console/lib/dashboard/template.ts";

const bound = new Map<string, Bound>([
  ["one", { values: ['a"b\\'], several: false }],
  ["many", { values: ["shop.web", "db"], several: true }],
  ["single", { values: ["shop.web"], several: true }],
  ["all", { values: [".*"], several: true, asIs: true }],
]);

describe("interpolate", () => {
  const cases: [string, string][] = [
    ["$many", String.raw`(shop\\.web|db)`],
    ["[[many]]", String.raw`(shop\\.web|db)`],
    ["$single", String.raw`shop\\.web`],
    [`{name=~"\${many}"}`, String.raw`{name=~"(shop\\.web|db)"}`],
    ["${many:regex}", String.raw`(shop\.web|db)`],
    ["${many:pipe}", "shop.web|db"],
    ["${many:csv}", "shop.web,db"],
    ["${many:text}", "shop.web + db"],
    ["${many:json}", '["shop.web","db"]'],
    ["${many:doublequote}", '"shop.web","db"'],
    ["$one", String.raw`a\"b\\`],
    ["${one:raw}", 'a"b\\'],
    ["$all", ".*"],
    ["$unknown $1 ${__value.raw}", "$unknown $1 ${__value.raw}"],
  ];
  for (const [text, expected] of cases) {
    it(`makes ${expected} of ${text}`, () => assert.equal(interpolate(text, bound), expected));
  }
});
