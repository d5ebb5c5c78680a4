import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import { execa } from "execa";
import { startPublished } from "../dashboards/stand-in.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const NUMBERS = [21_431, 21_329, 19_424, 19_423, 19_425, 16_613, 16_612];

/** Of whoever runs the tests. */
const NO_PROXIES = { http_proxy: "", https_proxy: "", no_proxy: "", HTTP_PROXY: "", HTTPS_PROXY: "", NO_PROXY: "" };

/** The launcher as package.json runs it for this command, but in a checkout of nothing but settings. */
async function launch(t: TestContext, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const root = await mkdtemp(path.join(tmpdir(), "flowtally-dashboards-"));
  t.after(() => rm(root, { recursive: true }));
  await writeFile(path.join(root, "config.monitoring"), "");
  const code = `
    import { main } from "${ROOT}/start/cli.ts";
    import { createHost } from "${ROOT}/start/lib/host.ts";
    const { stdout, stderr, argv } = process;
    const io = { host: createHost(), projectRoot: argv[1], stdout, stderr };
    process.exitCode = await main(argv.slice(2), io);`;
  const run = ["--input-type=module", "--eval", code, "--", root, "dashboards", ...args];
  const options = { env: { NODE_USE_ENV_PROXY: "1", ...NO_PROXIES, ...env }, reject: false };
  const { exitCode, stdout, stderr } = await execa(process.execPath, run, options);
  const files = await readdir(path.join(root, ".flowtally/published/cilium")).catch(() => []);
  return { exitCode, stdout, stderr, files: files.sort() };
}

describe("npm run dashboards", () => {
  it("has the script of package.json take the environment's proxies", async () => {
    const { default: own } = await import("../../../package.json", { with: { type: "json" } });
    assert.match(own.scripts.dashboards, /&& NODE_USE_ENV_PROXY=1 node start\.ts dashboards$/);
  });

  it("fetches all published ones for Cilium, and says where Grafana shows them", async (t) => {
    await using published = await startPublished();
    const { exitCode, stdout, stderr, files } = await launch(t, ["cilium", "--from", published.base]);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.deepEqual(
      stdout.split("\n").slice(0, -1),
      NUMBERS.map((number) => `${number}  Dashboard ${number}`),
    );
    assert.match(stdout, /^Grafana shows them in its folder "Published"/m);
    assert.deepEqual(files, NUMBERS.map((number) => `cilium-${number}.json`).sort());
  });

  it("says which could not be had and why, keeps the others, and fails", async (t) => {
    await using published = await startPublished({ 19424: (_, response) => response.writeHead(503).end() });
    const { exitCode, stdout, stderr, files } = await launch(t, ["cilium", `--from=${published.base}`]);
    assert.equal(exitCode, 1);
    assert.match(stdout, /^19424 {2}could not be had: it answers 503$/m);
    assert.match(
      stderr,
      /^1 of 7 dashboards could not be had from http:\/\/127\.0\.0\.1:\d+; what is there already stays\.$/m,
    );
    assert.match(stderr, /HTTPS_PROXY=.*--from URL/);
    assert.equal(files.length, 6);
  });

  it("says so of all where there is no way out", async (t) => {
    const { exitCode, stdout, stderr, files } = await launch(t, ["cilium", "--from", "http://dashboards.invalid"]);
    assert.equal(exitCode, 1);
    assert.equal(stdout.match(/could not be had: .*dashboards\.invalid/g)?.length, NUMBERS.length, stdout);
    assert.doesNotMatch(stdout, /Grafana shows them/);
    assert.match(stderr, /^7 of 7 /);
    assert.deepEqual(files, []);
  });

  it("asks the proxy that the environment names", async (t) => {
    await using proxy = await startPublished();
    const { exitCode, stdout } = await launch(t, ["cilium", "--from", "http://dashboards.invalid"], {
      http_proxy: proxy.base,
    });
    assert.equal(exitCode, 0, stdout);
    assert.ok(proxy.asked.length >= NUMBERS.length, proxy.asked.join());
  });

  it("refuses words and mirrors that it does not know, with the usage", async (t) => {
    for (const [args, said] of [
      [["istio"], /^Unknown dashboards "istio"\. Usage: npm run dashboards \[-- cilium\]$/],
      [
        ["cilium", "--from", "grafana.com"],
        /^Option --from needs a URL such as https:\/\/grafana\.com, not "grafana\.com"\.$/,
      ],
      [["--from", "http://a"], /^Option --from is for published dashboards: npm run dashboards -- cilium --from …$/],
      [["cilium", "again"], /^Unexpected argument "again"\./],
    ] as const) {
      const { exitCode, stderr, files } = await launch(t, args);
      assert.equal(exitCode, 2);
      assert.match(stderr, said);
      assert.deepEqual(files, []);
    }
  });
});
