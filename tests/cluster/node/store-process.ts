import { connect, createServer, type Socket } from "node:net";
import path from "node:path";
import { argv } from "node:process";
import { startPostgres } from "../../lib/store/postgres.ts";

// A process that brings a PostgreSQL to its network: `store-process.ts ADDRESS PORT`. What it starts ends with its control group.

const [address = "", port = ""] = argv.slice(2);
// What is lost with the machine is lost anyway.
const { folder } = await startPostgres(["fsync=off"]);
const socket = path.join(folder, ".s.PGSQL.5432");
const end = (one: Socket, other: Socket) => one.on("error", () => {}).on("close", () => other.destroy());
createServer((caller) => {
  const called = connect(socket);
  end(caller, called).pipe(end(called, caller)).pipe(caller);
}).listen(Number(port), address, () => console.log("ready"));
