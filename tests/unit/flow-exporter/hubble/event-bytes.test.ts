import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeEvent, encodeEvent } from "../../../../exporters/flow-exporter/hubble/event-bytes.ts";
import { readEvent } from "../../../../exporters/flow-exporter/hubble/event-json.ts";
import { hubbleFlow, LINES } from "./lib/samples.ts";

describe("a frame of GetFlows", () => {
  for (const [name, line] of Object.entries(LINES)) {
    it(`says what it was made of: ${name}`, () => {
      const event = readEvent(line);
      assert.deepEqual(decodeEvent(encodeEvent(event)), event);
    });
  }

  it("has the public numbers: verdict 2, IP 5 with source 1, is_reply 26 apart from its absence", () => {
    // flow, 13 bytes: verdict; IP, 6 bytes: source, 4 bytes; is_reply, empty.
    const hex = "0a 0d  10 02  2a 06 0a 04 3a3a3132  d201 00";
    const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
    const event = decodeEvent(bytes);
    assert.ok(event.kind === "flow");
    assert.deepEqual([event.flow.verdict, event.flow.sourceAddress, event.flow.isReply], ["DROPPED", "::12", false]);
    assert.ok(event.timeMs === 0 && event.nodeName === "");
  });

  it("keeps a number that only a newer server has a name for", () => {
    for (const verdict of ["VERDICT_9", "VERDICT_200"] as const) {
      const event = { kind: "flow", flow: hubbleFlow({ verdict }), nodeName: "", timeMs: 0 } as const;
      assert.deepEqual(decodeEvent(encodeEvent(event)), event);
    }
  });

  it("is refused by name when it is cut off, or says what cannot be", () => {
    const whole = encodeEvent(readEvent(LINES.syn));
    assert.throws(() => decodeEvent(whole.subarray(0, 40)), /^HubbleFault: bad_frame: /);
    assert.throws(() => decodeEvent(Buffer.from("not a message")), /^HubbleFault: bad_frame: /);
    const flow = hubbleFlow({ l4: { protocol: "UDP", sourcePort: 1, destinationPort: 70_000, flags: [] } });
    const bytes = encodeEvent({ kind: "flow", flow, nodeName: "", timeMs: 0 });
    assert.throws(() => decodeEvent(bytes), /^HubbleFault: bad_field: destination_port/);
  });
});
