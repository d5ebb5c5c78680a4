import { once } from "node:events";
import { argv } from "node:process";
import { sentBy } from "../../../lib/store/writers.ts";
import { createApi } from "../../lib/api.ts";
import { KEYS, keysOf, mergeInto } from "./configmap.ts";

// A process that writes all flows to a ConfigMap, a part at a time: `configmap-writer.ts NAME NUMBER PARTS [versioned]`.
// It says that it is there, waits for a line, and says at the end how often it was refused.

const [name = "", number = "", parts = "", versioned] = argv.slice(2);
const size = Math.ceil(KEYS / Number(parts));
const values = keysOf(KEYS).map((key, index) => [key, sentBy(index, Number(number))] as const);
const api = createApi();
process.stdout.write("ready\n");
await once(process.stdin, "data");
let refused = 0;
for (let from = 0; from < KEYS; from += size)
  refused += await mergeInto(api, name, new Map(values.slice(from, from + size)), versioned !== undefined);
process.stdout.write(`${refused}\n`);
process.stdin.destroy();
api.close();
