import { main } from "./start/cli.ts";
import { createHost } from "./start/lib/host.ts";

process.exitCode = await main(process.argv.slice(2), {
  host: createHost(),
  projectRoot: import.meta.dirname,
  stdout: process.stdout,
  stderr: process.stderr,
});
