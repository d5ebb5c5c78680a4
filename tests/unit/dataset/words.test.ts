import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type RecordOptions, recordWords } from "../../../start/dataset/words.ts";
import { UsageError } from "../../../start/errors.ts";

const NONE: RecordOptions = {
  job: "k",
  out: "set",
  duration: undefined,
  containers: undefined,
  flow: undefined,
  gap: undefined,
  columns: undefined,
  format: undefined,
  split: undefined,
};
const words = (options: Partial<RecordOptions>) =>
  recordWords("npm run dataset -- record", { ...NONE, ...options }, { env: { INIT_CWD: "/home/me" } });

describe("what is to be recorded", () => {
  it("is ten minutes of all connections, with the first job's columns, as CSV", () => {
    assert.deepEqual(words({}), {
      job: "k",
      out: "/home/me/set",
      durationMs: 600_000,
      containers: undefined,
      flow: "tuple",
      gapMs: 50,
      columns: "k-means",
      format: "csv",
      split: undefined,
    });
  });

  it("takes times with their units", () => {
    assert.equal(words({ duration: "90s" }).durationMs, 90_000);
    assert.equal(words({ duration: "1.5m" }).durationMs, 90_000);
    assert.equal(words({ duration: "1h" }).durationMs, 3_600_000);
    assert.equal(words({ flow: "burst", gap: "250ms" }).gapMs, 250);
  });

  it("takes names with commas between them, each once", () => {
    assert.deepEqual(words({ containers: "a, b,a" }).containers, ["a", "b"]);
  });

  const REFUSED: readonly [Partial<RecordOptions>, RegExp][] = [
    [{ job: undefined }, /needs the job's name: --job NAME/],
    [{ out: undefined }, /needs a folder: --out DIR/],
    ...["../x", "a/b", "", ".", "..", ".hidden", "a b", "x".repeat(65), "é", "README.md", "readme.md"].map(
      (job): [Partial<RecordOptions>, RegExp] => [{ job }, /Option --job takes a name/],
    ),
    ...["10", "0s", "61m", "1d", "-5s", "ten", "1e3s", "999ms", "", "5 s", "Infinitys"].map(
      (duration): [Partial<RecordOptions>, RegExp] => [{ duration }, /Option --duration takes a time from 1s to 1h/],
    ),
    ...["0ms", "61s", "50"].map((gap): [Partial<RecordOptions>, RegExp] => [
      { gap, flow: "burst" },
      /Option --gap takes a time from 1ms to 60s/,
    ]),
    [{ gap: "50ms" }, /--gap is about bursts/],
    [{ containers: "a,,b" }, /takes names with commas/],
    [{ containers: "" }, /takes names with commas/],
    [{ flow: "brust" }, /not "brust". Did you mean burst\?/],
    [{ columns: "some" }, /--columns takes k-means or all/],
    [{ split: "testing" }, /--split takes training or validation or test/],
    [{ format: "xls" }, /--format takes csv/],
    [{ job: "\u001b[31m" }, /not "\\x1b\[31m"/],
  ];
  for (const [options, expected] of REFUSED) {
    it(`refuses ${JSON.stringify(options).slice(0, 60)}`, () => {
      assert.throws(
        () => words(options),
        (error) => error instanceof UsageError && expected.test(error.message),
      );
    });
  }
});
