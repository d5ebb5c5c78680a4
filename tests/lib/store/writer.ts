import { argv } from "node:process";
import { openStore } from "../../../exporters/flow-exporter/store/open.ts";
import { manyHalves, NOW_MS } from "./halves.ts";
import { sentBy } from "./writers.ts";

// A process that writes to a store: `writer.ts ADDRESS KEYS NUMBER [again and again]`.
// Of two writers one has the flows' client halves and the next one the server halves.

const [address = "", keys = "", number = "", forever] = argv.slice(2);
const writer = Number(number);
const side = writer % 2 === 0 ? "client" : "server";
const store = await openStore(address);
for (let round = 1; ; round++) {
  const sentBytes = (key: number) => (forever === undefined ? sentBy(key, writer) : round);
  const halves = manyHalves(Number(keys), (key) => ({ side, node: side, sentBytes: sentBytes(key) }));
  await store.writeTransactions(halves, NOW_MS);
  process.stdout.write(`${round}\n`);
  if (forever === undefined) break;
}
await store.close();
