import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describeStoredFlows } from "../../../lib/store/flows-suite.ts";
import { type Database, describeStore } from "../../../lib/store/suite.ts";

async function create(): Promise<Database> {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-store-"));
  const address = path.join(folder, "flows.db");
  return {
    address,
    execute: async (sql) => {
      using database = new DatabaseSync(address);
      database.exec(sql);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

describeStore("a store in SQLite", create);
describeStoredFlows("flows in SQLite", create);
