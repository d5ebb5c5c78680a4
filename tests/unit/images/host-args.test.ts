import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { CATALOGUE } from "../../../start/images/catalogue.ts";
import { hostArgs } from "../../../start/images/host-args.ts";

const ROOT = path.join(import.meta.dirname, "../../..");

describe("hostArgs", () => {
  it("passes on what is set, and nothing else", () => {
    const env = { GOPROXY: "http://proxy.test", https_proxy: "", HOME: "/root", no_proxy: "localhost" };
    assert.deepEqual(hostArgs(env), { GOPROXY: "http://proxy.test", no_proxy: "localhost" });
  });

  it("passes on nothing that keeps Go from checking what it downloads, or reaches into the build", () => {
    const names = ["GOFLAGS", "GONOSUMDB", "GONOSUMCHECK", "GOSUMDB", "GOPRIVATE", "GONOPROXY", "GOINSECURE"];
    const env = Object.fromEntries([...names, "GOTOOLCHAIN", "GOENV", "GOWORK"].map((name) => [name, "-mod=mod"]));
    assert.deepEqual(hostArgs(env), {});
  });
});

describe("images built with Go", async () => {
  const folders = CATALOGUE.flatMap(({ build }) => (build ? [path.join(ROOT, build.folder)] : []));
  for (const folder of folders) {
    const recipe = await readFile(path.join(folder, "Dockerfile"), "utf8");
    if (!/\bgo (build|list)\b/.test(recipe)) continue;
    const name = path.basename(folder);

    it(`${name} takes no argument of Go's but the proxy, and changes no go.sum`, () => {
      assert.deepEqual(recipe.match(/^ARG GO\w*.*$/gm), ["ARG GOPROXY"]);
      assert.match(recipe, /^ENV GOFLAGS=-mod=readonly GOTOOLCHAIN=local$/m);
      assert.match(recipe, /^COPY go\.mod go\.sum/m);
    });

    it(`${name} has a checksum for every module it names`, async () => {
      const [modules, sums] = await Promise.all(
        ["go.mod", "go.sum"].map((file) => readFile(path.join(folder, file), "utf8")),
      );
      const named = [...(modules ?? "").matchAll(/^\s+(\S+\.\S+\/\S+|\S+\.\S+) (v\S+)/gm)];
      assert.ok(named.length > 4, "go.mod was not understood");
      for (const [, module, version] of named)
        assert.ok(sums?.includes(`${module} ${version} h1:`), `${module} ${version}`);
    });
  }
});
