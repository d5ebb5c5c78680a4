import path from "node:path";
import { createHost } from "../../start/lib/host.ts";
import { main } from "./cli.ts";

process.exitCode = await main(process.argv.slice(2), createHost(), path.resolve(import.meta.dirname, "../.."));
