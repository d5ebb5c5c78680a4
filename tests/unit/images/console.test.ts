import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { bundleConsole } from "../../../start/images/console.ts";

describe("bundling the console", () => {
  let folder: string;
  let target: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-console-"));
    target = path.join(folder, "built");
    await write("tsconfig.json", "{}");
    await write("style.css", "body { color: teal }");
    await write("index.html", '<link href="%STYLE%"><script src="%SCRIPT%"></script>');
    await write("late.ts", "export const late: string = 'later';");
    await write("main.tsx", 'import "./style.css"; import("./late.ts").then(({ late }) => console.log(late));');
  });
  after(() => rm(folder, { recursive: true }));

  const write = (name: string, text: string) => writeFile(path.join(folder, name), text);

  it("makes a page that loads what is named after its content, and the rest when it is needed", async () => {
    await bundleConsole(folder, target);
    const page = await readFile(path.join(target, "index.html"), "utf8");
    const [, style, script] = /^<link href="\/(.*)"><script src="\/(.*)"><\/script>$/.exec(page) ?? [];
    assert.match(script ?? "", /^assets\/main-[A-Z0-9]{8}\.js$/);
    assert.match(await readFile(path.join(target, style ?? ""), "utf8"), /teal/);
    assert.doesNotMatch(await readFile(path.join(target, script ?? ""), "utf8"), /later/);
    const [chunk] = (await readdir(path.join(target, "assets"))).filter((name) => name.startsWith("late-"));
    assert.match(await readFile(path.join(target, "assets", chunk ?? ""), "utf8"), /later/);
  });

  it("leaves nothing of an earlier bundle", async () => {
    await bundleConsole(folder, target);
    await write("style.css", "body { color: olive }");
    await bundleConsole(folder, target);
    const styles = (await readdir(path.join(target, "assets"))).filter((name) => name.endsWith(".css"));
    assert.equal(styles.length, 1);
  });

  it("names file and line of what it does not understand", async () => {
    await write("late.ts", "export const = ;");
    await assert.rejects(bundleConsole(folder, target), /late\.ts:1:13/);
  });
});
