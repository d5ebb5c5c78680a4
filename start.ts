import { main } from "./start/cli.ts";
import { createHost } from "./start/lib/host.ts";

// Containers read what is generated here as users of their own; what is secret has its mode said where it is written.
process.umask(0o022);
// Nobody may read any more what it prints (`npm start | head`), or the disk may be full: what it does goes on to its end.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
process.exitCode = await main(process.argv.slice(2), {
  host: createHost(),
  projectRoot: import.meta.dirname,
  stdout: process.stdout,
  stderr: process.stderr,
});
