import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StartError } from "../../../start/errors.ts";
import { ensurePackages } from "../../bench/packages.ts";
import { createFixtureHost } from "../../fixtures/hosts/fixture-host.ts";

const options = { install: false, report: () => {}, signal: new AbortController().signal };

describe("the benchmark's packages", () => {
  test("are named with the commands that bring them, and not installed, under --no-install", async () => {
    const host = createFixtureHost("bare-bookworm");
    await assert.rejects(ensurePackages(host, options), (error) => {
      assert.ok(error instanceof StartError);
      assert.equal(error.code, "PACKAGES_MISSING");
      assert.match(error.explanation.fix, /apt-get .*install .*iperf3.* pmacct .*softflowd .*tcpdump .*libbpf-dev/);
      return true;
    });
    assert.ok(host.ran.every((line) => !line.includes("install")));
  });

  test("are not asked for where they are", async () => {
    const host = createFixtureHost("healthy");
    host.which = async (program) => `/usr/bin/${program}`;
    await ensurePackages(host, { ...options, install: true });
    assert.deepEqual(host.ran, []);
  });

  test("are installed in one go, each command said first", async () => {
    const host = createFixtureHost("bare-bookworm");
    const said: string[] = [];
    await assert.rejects(ensurePackages(host, { ...options, install: true, report: (line) => said.push(line) }), {
      code: "INSTALL_FAILED",
    });
    const [command] = host.ran.filter((line) => line.includes("apt-get"));
    assert.ok(command && said.includes(command), said.join("\n"));
  });
});
