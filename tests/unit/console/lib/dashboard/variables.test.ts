import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  bind,
  chosenOf,
  missingText,
  optionsOf,
  parseLabelValues,
  parseVariable,
  seriesText,
} from "../../../../../exporters/console/lib/dashboard/variables.ts";

const several = parseVariable({
  type: "query",
  name: "container",
  label: "Container",
  multi: true,
  includeAll: true,
  query: { query: 'label_values(up{job=~"a|b", x="1,2"}, name)' },
  current: { value: ["$__all"] },
});
const options = optionsOf(several, ["web", "db"]);

describe("parseVariable", () => {
  it("finds where the options come from, commas in the selector too", () => {
    assert.deepEqual(several.source, { selector: 'up{job=~"a|b", x="1,2"}', label: "name" });
    assert.deepEqual(parseLabelValues("label_values(job)"), { selector: undefined, label: "job" });
    assert.equal(parseLabelValues("metrics(.*)"), undefined);
  });

  it("finds the query whose series are the options", () => {
    const found = parseVariable({ type: "query", query: 'query_result(group by (to) (up{a=~"(b|c)"}))' });
    assert.deepEqual(found.source, { expr: 'group by (to) (up{a=~"(b|c)"})' });
    assert.equal(parseVariable({ type: "query", query: "metrics(.*)" }).source, undefined);
  });

  it("reads fixed options, with and without names", () => {
    const { options: fixed } = parseVariable({ type: "custom", query: "hidden : flowtally,-, a\\,b" });
    assert.deepEqual(fixed, [
      { text: "hidden", value: "flowtally" },
      { text: "-", value: "-" },
      { text: "a,b", value: "a,b" },
    ]);
  });

  it("hides what the dashboard hides, and what is no choice here", () => {
    assert.equal(parseVariable({ type: "custom", hide: 2 }).hidden, true);
    assert.equal(parseVariable({ type: "datasource" }).hidden, true);
    assert.equal(several.hidden, false);
  });
});

describe("optionsOf", () => {
  it("keeps what the regular expression keeps, in its order", () => {
    const variable = parseVariable({ type: "query", regex: "/shop-(.*)-1/", sort: 1 });
    const found = optionsOf(variable, ["shop-web-1", "etl-1", "shop-db-1"]);
    assert.deepEqual(
      found.map(({ value }) => value),
      ["db", "web"],
    );
  });

  it("takes an option out of each series that a query finds, and each once", () => {
    const variable = parseVariable({ type: "query", regex: '/to="([^"]+)"/', sort: 1 });
    const texts = ["shop", "data", "shop", ""].map((to) => seriesText({ __name__: "up", from: "a", to }, [1.5, "1"]));
    assert.equal(texts[0], 'up{from="a",to="shop"} 1 1500');
    assert.deepEqual(
      optionsOf(variable, texts).map(({ value }) => value),
      ["data", "shop"],
    );
  });

  it("sorts numbers as numbers, and downwards where asked", () => {
    const variable = parseVariable({ type: "query", sort: 4 });
    assert.deepEqual(
      optionsOf(variable, ["9", "10", "1"]).map(({ value }) => value),
      ["10", "9", "1"],
    );
  });
});

describe("chosenOf", () => {
  it("believes the address, else the dashboard", () => {
    assert.deepEqual(chosenOf(several, options, ["db"]), ["db"]);
    assert.deepEqual(chosenOf(several, options, []), ["$__all"]);
  });
  it("chooses nothing else where what is asked for does not exist", () => {
    assert.deepEqual(chosenOf(several, options, ["gone"]), ["gone"]);
    assert.deepEqual(chosenOf(several, options, ["web", "gone"]), ["web", "gone"]);
  });
  it("falls back where what the dashboard chooses does not exist", () => {
    const one = parseVariable({ type: "query", current: { value: "gone" } });
    assert.deepEqual(chosenOf(one, options, []), ["web"]);
  });
  it("believes the address where the options are not known", () => {
    assert.deepEqual(chosenOf(several, [], ["db"]), ["db"]);
  });
});

describe("missingText", () => {
  const container = parseVariable({ type: "query", name: "container", query: "label_values(up, name)" });
  it("says what is chosen and does not exist", () => {
    assert.equal(missingText(container, options, ["world"]), "There is no container world in this range");
    assert.equal(missingText(several, options, ["web", "gone"])?.startsWith("There is no "), true);
  });
  it("says nothing where all exists, or where it is not known what does", () => {
    assert.equal(missingText(container, options, ["web"]), undefined);
    assert.equal(missingText(several, options, ["$__all"]), undefined);
    assert.equal(missingText(container, [], ["world"]), undefined);
  });
});

describe("bind", () => {
  it("puts all options in for All, or its own value as it is", () => {
    assert.deepEqual(bind(several, options, ["$__all"]).values, ["web", "db"]);
    const free = { ...several, allValue: ".*" };
    assert.deepEqual(bind(free, options, ["$__all"]), { values: [".*"], several: true, asIs: true });
  });
});
