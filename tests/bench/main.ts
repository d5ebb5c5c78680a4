import path from "node:path";
import { createHost } from "../../start/lib/host.ts";
import { main } from "./cli.ts";
import { agent } from "./parts/agent.ts";
import { agents } from "./parts/agents.ts";
import { dataset } from "./parts/dataset.ts";
import { exporter } from "./parts/exporter.ts";
import { hubbleRead } from "./parts/hubble-read.ts";
import { hubbleServe } from "./parts/hubble-serve.ts";
import { instructions } from "./parts/instructions.ts";
import { limits } from "./parts/limits.ts";
import { overhead } from "./parts/overhead.ts";
import { peers } from "./parts/peers.ts";
import { programs } from "./parts/programs.ts";
import { reading } from "./parts/reading.ts";
import { scrape } from "./parts/scrape.ts";
import { store } from "./parts/store.ts";

process.exitCode = await main(process.argv.slice(2), {
  host: createHost(),
  projectRoot: path.resolve(import.meta.dirname, "../.."),
  parts: [
    overhead,
    peers,
    programs,
    instructions,
    reading,
    exporter,
    limits,
    scrape,
    store,
    agents,
    agent,
    hubbleRead,
    hubbleServe,
    dataset,
  ],
});
