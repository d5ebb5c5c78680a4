import assert from "node:assert/strict";
import { test } from "node:test";
import { startExporter } from "../../../exporters/flow-exporter/exporter.ts";
import { readSettings } from "../../../exporters/flow-exporter/settings.ts";
import { Kernel } from "./lib/kernel.ts";
import { silent } from "./lib/log.ts";
import { NO_DOCKER } from "./recording/recorded.ts";

/** Loopback too, but another address of it. */
const OTHER_ADDRESS = "127.0.0.2";

/** Whether an exporter that was told to listen at `listen` answers at another address of this machine. */
async function answersElsewhere(listen: string): Promise<boolean> {
  const kernel = new Kernel();
  const settings = readSettings({ FLOW_PORT: "0", FLOW_LISTEN: listen });
  const sources = { tracer: kernel, host: kernel.host(), docker: NO_DOCKER };
  const exporter = await startExporter(settings, sources, silent as never);
  try {
    await fetch(`http://127.0.0.1:${exporter.port}/healthz`);
    return await fetch(`http://${OTHER_ADDRESS}:${exporter.port}/healthz`).then(
      () => true,
      () => false,
    );
  } finally {
    await exporter.stop();
  }
}

test("an exporter listens at the address that it is given, and at all of them where it is given none", async () => {
  assert.equal(await answersElsewhere("127.0.0.1"), false);
  assert.equal(await answersElsewhere(""), true);
});
