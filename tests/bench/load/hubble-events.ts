import { createWriteStream } from "node:fs";
import type { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { Server, ServerCredentials, type ServerWritableStream } from "@grpc/grpc-js";
import { encodeEvent } from "../../../exporters/flow-exporter/hubble/event-bytes.ts";
import { writeEvent } from "../../../exporters/flow-exporter/hubble/event-json.ts";
import { OBSERVER } from "../../../exporters/flow-exporter/hubble/services.ts";
import { hubbleEvents } from "../readers/hubble-events.ts";

/**
 * `observer RATE`: answers GetFlows with as many events a second, of which it says the port. `file RATE PATH`: writes them
 * there as lines. More than the reader takes is not sent, and nothing waits for it in memory.
 */
const [kind = "", rate = "", path = ""] = process.argv.slice(2);
const TICK_MS = 10;
const EVENTS = hubbleEvents(5_000);

if (kind === "file") {
  const file = createWriteStream(path, { flags: "a" });
  console.log("ready");
  await send(
    EVENTS.map((event) => `${writeEvent(event)}\n`),
    file,
  );
} else {
  const frames = EVENTS.map(encodeEvent);
  const server = new Server();
  const GetFlows = (call: ServerWritableStream<unknown, Buffer>) => void send(frames, call);
  server.addService({ GetFlows: OBSERVER.GetFlows }, { GetFlows });
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    console.log(`ready ${port}`);
  });
}

/** By the clock, so that what one tick was late the next makes up for. */
async function send(all: readonly (string | Buffer)[], to: Writable) {
  const startMs = performance.now();
  for (let sent = 0; to.writable; ) {
    const due = Math.floor(((performance.now() - startMs) / 1000) * Number(rate));
    let isFull = false;
    for (; sent < due && !isFull; sent++) isFull = !to.write(all[sent % all.length]);
    if (isFull) await new Promise<void>((resolve) => to.once("drain", resolve));
    else await sleep(TICK_MS);
  }
}
