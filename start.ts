import { main } from "./start/cli.ts";
import { createHost } from "./start/lib/host.ts";

// Containers read what is generated here as users of their own; what is secret has its mode said where it is written.
process.umask(0o022);
process.exitCode = await main(process.argv.slice(2), {
  host: createHost(),
  projectRoot: import.meta.dirname,
  stdout: process.stdout,
  stderr: process.stderr,
});
