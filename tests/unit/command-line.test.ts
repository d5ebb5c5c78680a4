import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseCommandLine } from "../../start/command-line.ts";
import { UsageError } from "../../start/errors.ts";

const COMMANDS = { start: 1, tune: 1, stress: 1 };
const parse = (...argv: string[]) => parseCommandLine(argv, COMMANDS);

describe("the command line", () => {
  it("starts when it says nothing", () => {
    const { command, words, options } = parse();
    assert.deepEqual([command, words, options.install], ["start", [], true]);
  });

  it("hands on options and the load's name", () => {
    const { command, words, options } = parse("stress", "disk", "--seconds", "30", "--no-install");
    assert.deepEqual([command, words, options.seconds, options.install], ["stress", ["disk"], "30", false]);
  });

  for (const argv of [
    ["strat"],
    ["toString"],
    ["start", "now"],
    ["stress", "disk", "cpu"],
    ["--loud"],
    ["tune", "--window"],
  ]) {
    it(`refuses "${argv.join(" ")}"`, () => {
      assert.throws(() => parse(...argv), UsageError);
    });
  }

  it("names an option it does not know, and no more", () => {
    assert.throws(() => parse("--loud"), { message: "Unknown option '--loud'." });
  });
});
