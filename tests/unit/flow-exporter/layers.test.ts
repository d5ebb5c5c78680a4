import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const SOURCES = path.resolve(import.meta.dirname, "../../../exporters/flow-exporter");
/** Data goes this way only: a folder imports from itself and from those before it. */
const ORDER = ["model", "read", "checkpoint", "decode", "join", "totals", "outputs"];

for (const [index, folder] of ORDER.entries()) {
  test(`${folder}/ imports from nothing that comes after it`, () => {
    const files = globSync(`${folder}/**/*.ts`, { cwd: SOURCES });
    assert.ok(files.length > 0);
    const allowed = new Set(ORDER.slice(0, index + 1));
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((one) => !allowed.has(one))
        .map((one) => `${file}: ${one}`),
    );
    assert.deepEqual(wrong, []);
  });
}

test("only read/ touches the host: no other folder imports the file system or Docker's client", () => {
  const files = globSync("{model,checkpoint,decode,join,totals,outputs}/**/*.ts", { cwd: SOURCES });
  const touching = files.filter((file) => /^import (?!type ).*from "(node:(fs|net|os).*|dockerode)"/m.test(text(file)));
  assert.deepEqual(touching, []);
});

/** The folders under the exporter that a file imports from; "." for the exporter's own top level. */
function importsOf(file: string): string[] {
  const targets = [...text(file).matchAll(/from "(\.[^"]+)"/g)].map((match) => match[1] ?? "");
  return targets
    .map((target) => path.join(path.dirname(file), target).split(path.sep))
    .map(([first, ...rest]) => (rest.length > 0 ? (first ?? "") : "."));
}

function text(file: string): string {
  return readFileSync(path.join(SOURCES, file), "utf8");
}
