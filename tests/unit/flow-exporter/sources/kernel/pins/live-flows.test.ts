import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readLiveFlows } from "../../../../../../exporters/flow-exporter/sources/kernel/pins/live-flows.ts";
import { Kernel } from "../../../lib/kernel.ts";

describe("a snapshot of the open sockets", () => {
  test("that another reader's tore apart is taken anew", () => {
    const kernel = kernelOfOne();
    let torn = 2;
    kernel.afterRead = (pin) => {
      if (pin === "live" && torn-- > 0) kernel.snapshot();
    };
    assert.equal(readLiveFlows(kernel).length, 1);
    assert.equal(torn, -1);
  });

  test("that is still another's is not read", () => {
    const kernel = kernelOfOne();
    let others = 1;
    kernel.afterRead = (pin) => {
      kernel.statusValues = pin === "snapshot" && others-- > 0 ? { live_snapshot: 0 } : {};
      assert.ok(pin !== "live" || others < 0, "read rows that another reader changes");
    };
    assert.equal(readLiveFlows(kernel).length, 1);
  });

  test("ends with the reason where other readers do not stop", () => {
    const kernel = kernelOfOne();
    kernel.afterRead = (pin) => void (pin === "live" && kernel.snapshot());
    assert.throws(
      () => readLiveFlows(kernel),
      /others read the tracer's pins at the same time.*: let one exporter read/,
    );
  });
});

function kernelOfOne(): Kernel {
  const kernel = new Kernel();
  kernel.open({ source: "1.1.1.1:1", destination: "2.2.2.2:2" });
  return kernel;
}
