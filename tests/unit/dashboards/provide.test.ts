import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import { providePublished } from "../../../start/dashboards/provide.ts";
import { type Answer, dashboardOf, startPublished } from "./stand-in.ts";

const MIB = 1024 * 1024;

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-published-"));
  t.after(() => rm(folder, { recursive: true }));
  return path.join(folder, "cilium");
}

function wish(base: string, numbers: readonly number[], timeoutMs = 20_000) {
  return { name: "cilium", numbers, base, timeoutMs, signal: new AbortController().signal };
}

/** Why a dashboard that is answered so cannot be had. */
async function reasonOf(t: TestContext, answer: Answer, timeoutMs?: number): Promise<string> {
  await using published = await startPublished({ 7: answer });
  const [outcome] = await providePublished(await folderOf(t), wish(published.base, [7], timeoutMs));
  return outcome && "reason" in outcome ? outcome.reason : "it was had";
}

describe("published dashboards", () => {
  it("are fetched by number, and lie in the folder as Grafana's user can read them", async (t) => {
    await using published = await startPublished();
    const folder = await folderOf(t);
    const outcomes = await providePublished(folder, wish(`${published.base}/`, [16_613, 16_612]));
    assert.deepEqual(outcomes, [
      { number: 16_613, title: "Dashboard 16613" },
      { number: 16_612, title: "Dashboard 16612" },
    ]);
    assert.deepEqual((await readdir(folder)).sort(), ["cilium-16612.json", "cilium-16613.json"]);
    const file = path.join(folder, "cilium-16613.json");
    assert.deepEqual(JSON.parse(await readFile(file, "utf8")), {
      ...{ title: "Dashboard 16613", uid: "cilium-16613" },
      panels: [{ datasource: { type: "prometheus", uid: "prometheus" } }],
    });
    assert.deepEqual([(await stat(folder)).mode & 0o777, (await stat(file)).mode & 0o777], [0o755, 0o644]);
  });

  it("that cannot be had keep no other from it, nor take away what an earlier time has brought", async (t) => {
    await using published = await startPublished({ 2: (_, response) => response.writeHead(500).end("no") });
    const folder = await folderOf(t);
    await providePublished(folder, wish(published.base, [1]));
    await writeFile(path.join(folder, "cilium-2.json"), "earlier");
    assert.deepEqual(await providePublished(folder, wish(published.base, [1, 2, 3])), [
      { number: 1, title: "Dashboard 1" },
      { number: 2, reason: "it answers 500" },
      { number: 3, title: "Dashboard 3" },
    ]);
    assert.equal(await readFile(path.join(folder, "cilium-2.json"), "utf8"), "earlier");
    assert.deepEqual((await readdir(folder)).sort(), ["cilium-1.json", "cilium-2.json", "cilium-3.json"]);
  });

  it("are had from where a redirect leads, and packed", async (t) => {
    const text = JSON.stringify({ ...dashboardOf(8), title: "Elsewhere" });
    await using published = await startPublished({
      7: (_, response) => response.writeHead(302, { location: "/api/dashboards/8/revisions/latest/download" }).end(),
      8: (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(text)),
    });
    const outcomes = await providePublished(await folderOf(t), wish(published.base, [7]));
    assert.deepEqual(outcomes, [{ number: 7, title: "Elsewhere" }]);
  });

  it("say why they cannot be had", async (t) => {
    const json = (value: unknown): Answer => {
      return (_, response) => response.end(JSON.stringify(value));
    };
    const endless: Answer = (_, response) => {
      const more = () => {
        while (response.write(Buffer.alloc(MIB, " ")));
        response.once("drain", more);
      };
      more();
    };
    for (const [answer, said] of [
      [(_, response) => response.writeHead(404).end(), /^there is none of this number \(404\)$/],
      [(_, response) => response.writeHead(403).end("<html>"), /^it answers 403$/],
      [(_, response) => response.end("<html>log in to this network</html>"), /^its answer is no JSON$/],
      [(_, response) => response.end('{"title":"A"'), /^its answer is no JSON$/],
      [json({ message: "gone" }), /no dashboard/],
      [(_, response) => response.end("[".repeat(MIB) + "]".repeat(MIB)), /no dashboard/],
      [(_, response) => response.end(`{"title":"A","panels":${"[".repeat(MIB)}${"]".repeat(MIB)}}`), /stack/],
      [endless, /^its answer is larger than 8 MiB$/],
      [(_, response) => response.socket?.destroy(), /other side closed|socket/],
    ] satisfies [Answer, RegExp][]) {
      assert.match(await reasonOf(t, answer), said);
    }
  });

  it("are not waited for without end, also where an answer has begun", async (t) => {
    const said = /^no whole answer within 0.2 s$/;
    assert.match(await reasonOf(t, () => {}, 200), said);
    assert.match(await reasonOf(t, (_, response) => response.writeHead(200).write("{"), 200), said);
  });

  it("cannot be had where nobody listens, or there is no such name", async (t) => {
    const published = await startPublished();
    await published[Symbol.asyncDispose]();
    const [refused] = await providePublished(await folderOf(t), wish(published.base, [1]));
    assert.match(JSON.stringify(refused), /ECONNREFUSED/);
    const [unknown] = await providePublished(await folderOf(t), wish("http://dashboards.invalid", [1]));
    assert.match(JSON.stringify(unknown), /ENOTFOUND|EAI_AGAIN/);
  });

  it("are given up at once where the user interrupts", async (t) => {
    const interrupt = new AbortController();
    await using published = await startPublished({ 7: () => interrupt.abort(new Error("interrupted")) });
    const { signal } = interrupt;
    await assert.rejects(
      providePublished(await folderOf(t), { ...wish(published.base, [7]), signal }),
      /^Error: interrupted$/,
    );
  });
});
