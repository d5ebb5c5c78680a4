import assert from "node:assert/strict";
import { it } from "node:test";
import { hashOf, parseRoute } from "../../../../exporters/console/lib/route.ts";

it("starts with the service map", () => {
  assert.equal(parseRoute("").page, "map");
  assert.equal(parseRoute("#/").page, "map");
});

it("reads what it wrote, names with odd characters too", () => {
  const hash = hashOf("flows", "", { container: "host/ä & b?", port: "80" });
  const { page, query } = parseRoute(hash);
  assert.equal(page, "flows");
  assert.deepEqual(
    [...query],
    [
      ["container", "host/ä & b?"],
      ["port", "80"],
    ],
  );
  assert.equal(parseRoute(hashOf("dashboards", "a/b?c")).id, "a/b?c");
});

it("leaves out what is empty, and repeats what is several", () => {
  assert.equal(hashOf("flows", "", { container: "", port: undefined }), "#/flows");
  assert.deepEqual(parseRoute(hashOf("map", "", { a: ["1", "2"] })).query.getAll("a"), ["1", "2"]);
});

it("says of an unknown page that it is none", () => assert.equal(parseRoute("#/nowhere").page, undefined));
it("takes a broken escape as it is", () => assert.equal(parseRoute("#/dashboards/%zz").id, "%zz"));
