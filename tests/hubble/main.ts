import { createHost } from "../../start/lib/host.ts";
import { main } from "./cli.ts";

process.exitCode = await main(process.argv.slice(2), createHost());
