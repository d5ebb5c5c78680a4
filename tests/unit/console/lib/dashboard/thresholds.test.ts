import assert from "node:assert/strict";
import { it } from "node:test";
import { levelOf, parseSteps } from "../../../../../exporters/console/lib/dashboard/thresholds.ts";

const steps = parseSteps([
  { value: 0.9, color: "red" },
  { value: null, color: "blue" },
  { value: 0.7, color: "dark-orange" },
]);

it("takes the highest step that is reached", () => {
  assert.deepEqual(
    [-5, 0.69, 0.7, 0.9, 7].map((value) => levelOf(value, steps)),
    ["normal", "normal", "warn", "bad", "bad"],
  );
});

it("takes steps as per cent of a range", () => {
  const percent = parseSteps([
    { value: null, color: "green" },
    { value: 80, color: "red" },
  ]);
  assert.equal(levelOf(150, percent, { min: 0, max: 200 }), "good");
  assert.equal(levelOf(170, percent, { min: 0, max: 200 }), "bad");
});

it("is calm without steps", () => assert.equal(levelOf(9e9, []), "normal"));
