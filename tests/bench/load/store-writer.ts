import { argv } from "node:process";
import { openStore } from "../../../exporters/flow-exporter/store/open.ts";
import { manyHalves, NOW_MS } from "../../lib/store/halves.ts";

// A process that writes snapshots to a store, one at each message: `store-writer.ts ADDRESS FIRST_KEY KEYS NUMBER`.
// Answers a message when it is ready, and one when each snapshot is written.

const [address = "", first = "", keys = "", number = ""] = argv.slice(2);
const side = Number(number) % 2 === 0 ? "client" : "server";
const store = await openStore(address);
let sentBytes = 0;
process.on("message", async () => {
  sentBytes += 1_000;
  const halves = manyHalves(Number(keys), (index) => {
    const key = Number(first) + index;
    return { side, node: side, sourceAddress: `10.${key >> 16}.${(key >> 8) & 255}.${key & 255}`, sentBytes };
  });
  await store.writeTransactions(halves, NOW_MS);
  process.send?.("written");
});
process.once("disconnect", () => void store.close());
process.send?.("ready");
