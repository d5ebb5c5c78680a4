import assert from "node:assert/strict";
import { it } from "node:test";
import { flowKey, pathOfFlow } from "../../../../exporters/console/lib/flow-key.ts";
import { oneFlow } from "../../../browser/lab/flows.ts";

it("asks for the one flow that a key names, be its start unknown", () => {
  const flow = oneFlow({ protocol: "tcp", source_address: "fd00::2", source_port: 40_000, start: null });
  assert.equal(
    pathOfFlow(flowKey(flow)),
    "/api/flows?protocol=tcp&search=fd00%3A%3A2&source_port=40000&limit=100&nodes=all",
  );
});
