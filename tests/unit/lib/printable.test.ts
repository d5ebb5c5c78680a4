import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { describe, it } from "node:test";
import { renderReport } from "../../../start/checks/report.ts";
import { main } from "../../../start/cli.ts";
import { StartError } from "../../../start/errors.ts";
import { createHost } from "../../../start/lib/host.ts";
import { printable, printableJson } from "../../../start/lib/printable.ts";
import { renderError, renderTail, renderWarning } from "../../../start/render/error.ts";
import { renderStatus } from "../../../start/render/status.ts";
import { runSteps } from "../../../start/render/steps.ts";

/** Sets the window's title, clears the screen, goes back over the line, rings, and turns the order of letters round. */
const HOSTILE = "exec: \u001b]0;owned\u0007\u001b[2J\u001b[1Ano \rsuch\b\u0007\u009b31m \u202efile";
const HARMLESS = /^[^\p{Cc}\u202a-\u202e]*$/u;

const error = new StartError("FAULT", { what: HOSTILE, why: `${HOSTILE}\n${HOSTILE}`, fix: HOSTILE });

function sink() {
  const chunks: string[] = [];
  const stream = new Writable({ write: (chunk, _, done) => void done(void chunks.push(String(chunk))) });
  return { stream, text: () => chunks.join("") };
}

/** Every line has the text, and nothing that a terminal obeys. */
function assertHarmless(text: string, lines: number): void {
  const found = text.split("\n").filter((line) => line.includes("exec: "));
  assert.equal(found.length, lines, text);
  for (const line of text.split("\n")) assert.match(line, HARMLESS);
}

describe("what is printed of texts from elsewhere", () => {
  it("loses colours and sequences, keeps its lines, and shows what else a terminal would obey", () => {
    assert.equal(printable("\u001b[31mred\u001b[0m\tone\r\ntwo\r"), "red\tone\ntwo");
    assert.equal(printable("a\rb\u0007\u0008\u009c\u202ec\u001b"), "a\\x0db\\x07\\x08\\x9c\\u202ec\\x1b");
    assert.equal(printable("grün → 20 °C"), "grün → 20 °C");
  });

  it("is the same value in JSON, without a character that a terminal would obey", () => {
    const value = { image: `${HOSTILE}\u007f\u2069`, tabs: "\t\n", plain: "grün → 20 °C" };
    const json = printableJson(value);
    assert.deepEqual(JSON.parse(json), value);
    for (const line of json.split("\n")) assert.match(line, /^[^\p{Cc}\u202a-\u202e\u2066-\u2069]*$/u);
    assert.match(json, /grün → 20 °C/);
  });

  it("is harmless in errors, warnings and the tail of a log", () => {
    assertHarmless(renderError(error), 4);
    assertHarmless(renderWarning(error), 4);
    assertHarmless(renderTail([HOSTILE], "x"), 1);
  });

  it("is harmless in the status and in the doctor's report", () => {
    const leftOut = [{ part: "udp", reason: HOSTILE }];
    const startedFrom = { folder: HOSTILE, settingsKnown: true };
    assertHarmless(
      renderStatus({
        services: [],
        tracer: null,
        store: null,
        remoteWrite: null,
        cilium: null,
        hubble: null,
        leftOut,
        startedFrom,
      }),
      2,
    );
    const { code, explanation } = error;
    const result = { title: "Ports", status: "failed", code, detail: HOSTILE, ...explanation } as const;
    assertHarmless(renderReport([result], { colour: false }), 4);
  });

  it("is harmless in what a step announces and returns", async () => {
    const { stream, text } = sink();
    const step = {
      title: "Start",
      run: async (_: unknown, report: (line: string, kind?: "notice") => void) => {
        report(HOSTILE, "notice");
        return HOSTILE;
      },
    };
    await runSteps([step], { signal: new AbortController().signal }, stream);
    assertHarmless(text(), 2);
  });

  it("is harmless where the command line itself is refused", async () => {
    const { stream, text } = sink();
    const io = { host: createHost(), projectRoot: "/", stdout: stream, stderr: stream };
    assert.equal(await main([HOSTILE], io), 2);
    assertHarmless(text(), 1);
  });
});
