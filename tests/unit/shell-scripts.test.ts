import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { createHost } from "../../start/lib/host.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const GENERATED = ["node_modules", ".git", ".flowtally"];
const host = createHost();
const shellcheck = await host.which("shellcheck");

test("shellcheck has nothing to say of any shell script", {
  skip: shellcheck ? false : "needs shellcheck",
}, async () => {
  const scripts = globSync("**/*", { cwd: ROOT, withFileTypes: true, exclude: ({ name }) => GENERATED.includes(name) })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name))
    .filter(isShellScript)
    .concat(path.join(ROOT, ".ci/run"));
  assert.ok(scripts.length > 10, `${scripts.length} scripts were found`);
  const { ok, stdout } = await host.run("shellcheck", scripts);
  assert.ok(ok, stdout);
});

function isShellScript(file: string): boolean {
  return file.endsWith(".sh") || /^#!.*\b(sh|bash)\n/.test(readFileSync(file).subarray(0, 64).toString());
}
