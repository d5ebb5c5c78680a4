import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatCount, formatUptime, formatValue, trimZeros } from "../../../../exporters/console/lib/units.ts";

describe("formatValue", () => {
  const cases: [number | null, string | undefined, number | undefined, string][] = [
    [0, "bytes", undefined, "0 B"],
    [1023, "bytes", undefined, "1.00 KiB"],
    [1024, "bytes", undefined, "1 KiB"],
    [1536, "bytes", undefined, "1.50 KiB"],
    [3 * 1024 ** 3, "bytes", undefined, "3 GiB"],
    [1500, "Bps", undefined, "1.50 kB/s"],
    [1024, "binBps", undefined, "1 KiB/s"],
    [8e9, "bps", undefined, "8 Gb/s"],
    [0.1234, "percentunit", undefined, "12.3 %"],
    [99.95, "percent", undefined, "100 %"],
    [12, "percent", 1, "12.0 %"],
    [0, "s", undefined, "0 s"],
    [0.000_000_4, "s", undefined, "400 ns"],
    [0.000_25, "s", undefined, "250 µs"],
    [250, "ms", undefined, "250 ms"],
    [5e-6, "s", undefined, "5 µs"],
    [0.07, "percentunit", undefined, "7 %"],
    [90, "s", undefined, "1.50 min"],
    [7200, "s", undefined, "2 h"],
    [172_800, "s", undefined, "2 d"],
    [12_345, "short", undefined, "12.3 k"],
    [7, "short", undefined, "7"],
    [-1500, "short", undefined, "−1.50 k"],
    [0.004, "none", undefined, "0.004"],
    [2500, "ops", undefined, "2.50 k/s"],
    [172, "ops", undefined, "172/s"],
    [1.73, "cps", undefined, "1.73/s"],
    [0.5, "opm", undefined, "0.50/min"],
    [0.0042, "pps", undefined, "0.0042 p/s"],
    [0.000_000_123, "pps", undefined, "0.00000012 p/s"],
    [-0.000_04, "pps", undefined, "−0.00004 p/s"],
    [1e-15, "pps", undefined, "0 p/s"],
    [3, "suffix:jobs", undefined, "3 jobs"],
    [3, "furlongs", undefined, "3 furlongs"],
    [5, "prefix:v", undefined, "v5"],
    [new Date(2030, 0, 31, 12, 3, 10).getTime(), "dateTimeAsIso", undefined, "2030-01-31 12:03:10"],
    [null, "bytes", undefined, "–"],
    [Number.NaN, "s", undefined, "–"],
    [Number.POSITIVE_INFINITY, "s", undefined, "∞"],
    [999_999, "decbytes", undefined, "1.00 MB"],
    [7_719.4, "locale", undefined, "7,719"],
  ];
  for (const [value, unit, decimals, expected] of cases) {
    it(`shows ${value} ${unit} as ${expected}`, () => assert.equal(formatValue(value, unit, decimals), expected));
  }
});

describe("formatCount", () => {
  it("groups figures by three, with thin spaces that do not break", () => {
    assert.equal(formatCount(1_234_567), "1,234,567");
    assert.equal(formatCount(999), "999");
  });
});

it("tells an uptime in whole units that are full", () => {
  const texts = [null, 0, 59.9, 60, 3599, 86_399, 86_400 * 9].map(formatUptime);
  assert.deepEqual(texts, ["–", "0 s", "59 s", "1 min", "59 min", "23 h", "9 d"]);
});

describe("trimZeros", () => {
  for (const [text, expected] of [
    ["7.50 %", "7.5 %"],
    ["7.00 %", "7 %"],
    ["100 %", "100 %"],
    ["0.05 s", "0.05 s"],
    ["1.20", "1.2"],
  ] as const) {
    it(`makes ${expected} of ${text}`, () => assert.equal(trimZeros(text), expected));
  }
});
