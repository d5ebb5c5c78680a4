import assert from "node:assert/strict";
import { it } from "node:test";
import { labelOf } from "../../../../exporters/console/lib/map/labels.ts";
import { plainText } from "../../../../exporters/console/lib/plain-text.ts";

it("writes characters out that turn the text around them, and leaves every other script as it is", () => {
  assert.equal(plainText("host/\u202egpj.exe\u2066"), "host/\\u202egpj.exe\\u2066");
  for (const text of ["shop-web-1", "grün → 20 °C", "שלום", "مرحبا", "日本"]) assert.equal(plainText(text), text);
});

it("does so in what is written on the map", () => {
  const node = { name: "host/\u202egpj.exe", kind: "process", compose_project: "", pod: "", namespace: "" };
  assert.equal(labelOf(node as never), "\\u202egpj.exe");
});
