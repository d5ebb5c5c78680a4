import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readSettings } from "../../../start/settings/index.ts";
import { leftOutUdp } from "../../../start/stack/left-out-udp.ts";
import type { TracerState } from "../../../start/stack/tracer-state.ts";

const counting = (udp_mode: TracerState["udp_mode"]): TracerState => ({
  udp_mode,
  table_room: { flows: 8, closed: 8, udp: 8 },
  table_bytes: 1,
  refused_runs: 0,
});
const leftOut = (setting: string, tracer: TracerState | null) => leftOutUdp(readSettings(setting), tracer);

describe("UDP that is left out", () => {
  it("is reported with what helps, where the kernel does not do as the setting says", () => {
    const [reported] = leftOut("FLOW_UDP=functions", counting("off"));
    assert.equal(reported?.part, "udp");
    assert.match(reported?.reason ?? "", /FLOW_UDP=on/);
  });

  it("is not reported where it is counted, where nobody wants it counted, and where the tracer says nothing", () => {
    assert.deepEqual(leftOut("", counting("cgroup")), []);
    assert.deepEqual(leftOut("FLOW_UDP=off", counting("off")), []);
    assert.deepEqual(leftOut("", null), []);
  });
});
