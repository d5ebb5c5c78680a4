import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hostArgs } from "../../../start/images/host-args.ts";

describe("hostArgs", () => {
  it("passes on what is set, and nothing else", () => {
    const env = { GOPROXY: "http://proxy.test", https_proxy: "", HOME: "/root", no_proxy: "localhost" };
    assert.deepEqual(hostArgs(env), { GOPROXY: "http://proxy.test", no_proxy: "localhost" });
  });

  it("keeps modules read-only beside the host's own Go flags", () => {
    assert.deepEqual(hostArgs({ GOFLAGS: "-p=1" }), { GOFLAGS: "-mod=readonly -p=1" });
  });
});
