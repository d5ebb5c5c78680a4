import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ask, codeOf } from "../../lib/ask.ts";
import { PORTS } from "../lib/test-stack.ts";

/** Grafana, which has users, looks at their names itself. */
const { grafana: _hasUsers, ...GUARDED } = PORTS;

export function namesSuite(): void {
  describe("names", () => {
    for (const [service, port] of Object.entries(GUARDED)) {
      it(`let a page read ${service} under its own only`, async () => {
        const url = `http://127.0.0.1:${port}/metrics`;
        for (const host of [`localhost:${port}`, `127.0.0.1:${port}`]) {
          const { status, headers } = await ask(url, { host, origin: "http://evil.example" });
          assert.deepEqual([status, headers["access-control-allow-origin"]], [200, undefined], host);
        }
        const refused = await ask(url, { host: `evil.example:${port}` });
        assert.deepEqual([refused.status, codeOf(refused)], [403, "HOST_NOT_ALLOWED"]);
      });
    }
  });
}
