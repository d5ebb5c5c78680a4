import assert from "node:assert/strict";
import { appendFile, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, test } from "node:test";
import { execa } from "execa";
import { openRecording } from "../../../../exporters/flow-exporter/recording/folder-reader.ts";
import { recorded, scratch } from "./recorded.ts";

const WORLD = { source: "192.168.1.10:4000", destination: "9.9.9.9:443", comm: "curl" };

interface Fault {
  what: string;
  spoil(folder: string): Promise<void>;
  error: RegExp;
}

const head = (folder: string) => path.join(folder, "recording.json");
const rewrite = async (file: string, change: (text: string) => string) =>
  writeFile(file, change(await readFile(file, "utf8")));

const GIB = 2 ** 30;
const replaceBy = async (make: (target: string, at: string) => Promise<unknown>, target: string, at: string) => {
  await rm(at, { recursive: true });
  await make(target, at);
};

const FAULTS: Fault[] = [
  {
    what: "nothing in it",
    spoil: (folder) => rm(folder, { recursive: true }),
    error: /^NO_RECORDING: ENOENT.*recording\.json/,
  },
  { what: "no end", spoil: (folder) => rm(head(folder)), error: /^NO_RECORDING: ENOENT.*recording\.json/ },
  {
    what: "something else under its name",
    spoil: (folder) => writeFile(head(folder), "GIF89a"),
    error: /^FOREIGN_CONTENT: recording\.json is no JSON/,
  },
  {
    what: "another program's JSON",
    spoil: (folder) => writeFile(head(folder), '{"version":1}'),
    error: /^FOREIGN_CONTENT: recording\.json is of no recording/,
  },
  {
    what: "another version",
    spoil: (folder) => rewrite(head(folder), (text) => text.replace('"version": 1', '"version": 7')),
    error:
      /^OTHER_VERSION: recording\.json .* it is of version 7 with rows of version \d+, and this exporter reads version 1 /,
  },
  {
    what: "rows of another tracer's version",
    spoil: (folder) => rewrite(head(folder), (text) => text.replace(/"rowsVersion": \d+/, '"rowsVersion": 3')),
    error: /^OTHER_VERSION: recording\.json .* it is of version 1 with rows of version 3, /,
  },
  {
    what: "numbers that are none",
    spoil: (folder) => rewrite(head(folder), (text) => text.replace('"cycles": 2', '"cycles": "many"')),
    error: /^FOREIGN_CONTENT: recording\.json is not what an exporter writes: .*cycles/s,
  },
  {
    what: "more cycles than there can be folders",
    spoil: (folder) => rewrite(head(folder), (text) => text.replace('"cycles": 2', '"cycles": 4294967296')),
    error: /^FOREIGN_CONTENT: recording\.json is not what an exporter writes: .*cycles/s,
  },
  {
    what: "bounds that no exporter has",
    spoil: (folder) => rewrite(head(folder), (text) => text.replace(/"maxEdges": \d+/, '"maxEdges": -5')),
    error: /^FOREIGN_CONTENT: recording\.json is not what an exporter writes: .*maxEdges/s,
  },
  {
    what: "a pin that is a path out of the folder",
    spoil: (folder) =>
      rewrite(path.join(folder, "0000/cycle.json"), (text) => text.replace('"live":', '"../../../../etc/hostname":')),
    error: /^FOREIGN_CONTENT: 0000\/cycle\.json is not what an exporter writes: .*pins/s,
  },
  {
    what: "a time since boot that no clock can hold",
    spoil: (folder) =>
      rewrite(path.join(folder, "0000/cycle.json"), (text) => text.replace(/"bootTimeNs":\d+/, '"bootTimeNs":1e300')),
    error: /^FOREIGN_CONTENT: 0000\/cycle\.json is not what an exporter writes: .*bootTimeNs/s,
  },
  {
    what: "a container that is none",
    spoil: (folder) =>
      rewrite(path.join(folder, "0000/cycle.json"), (text) => text.replace('"containers":[]', '"containers":[null]')),
    error: /^FOREIGN_CONTENT: 0000\/cycle\.json is not what an exporter writes: .*containers/s,
  },
  {
    what: "a head that is cut off",
    spoil: (folder) => truncate(head(folder), 100),
    error: /^TRUNCATED: recording\.json is cut off/,
  },
  {
    what: "a cycle less than it says",
    spoil: (folder) => rm(path.join(folder, "0001"), { recursive: true }),
    error: /^TRUNCATED: ENOENT.*0001\/cycle\.json/,
  },
  {
    what: "a cycle that is cut off",
    spoil: (folder) => truncate(path.join(folder, "0001/cycle.json"), 20),
    error: /^TRUNCATED: 0001\/cycle\.json is cut off/,
  },
  {
    what: "rows that are cut off",
    spoil: (folder) => truncate(path.join(folder, "0000/live"), 100),
    error: /^TRUNCATED: 0000\/live has 100 bytes, and was written with 128/,
  },
  {
    what: "rows that are not its own",
    spoil: (folder) => appendFile(path.join(folder, "0000/live"), "more"),
    error: /^FOREIGN_CONTENT: 0000\/live has 132 bytes, and was written with 128/,
  },
  {
    what: "a link instead of rows, which never end",
    spoil: (folder) => replaceBy(symlink, "/dev/zero", path.join(folder, "0000/live")),
    error: /^FOREIGN_CONTENT: 0000\/live is no regular file/,
  },
  {
    what: "a link instead of a cycle",
    spoil: (folder) => replaceBy(symlink, "/", path.join(folder, "0001")),
    error: /^FOREIGN_CONTENT: 0001 is no folder/,
  },
  {
    what: "a pipe that nobody writes to",
    spoil: (folder) => replaceBy((_, at) => execa("mkfifo", [at]), "", path.join(folder, "0001/cycle.json")),
    error: /^FOREIGN_CONTENT: 0001\/cycle\.json is no regular file/,
  },
  {
    what: "a head larger than memory",
    spoil: (folder) => truncate(head(folder), 4 * GIB),
    error: /^FOREIGN_CONTENT: recording\.json has 4294967296 bytes, more than/,
  },
  {
    what: "totals larger than memory",
    spoil: (folder) =>
      writeFile(path.join(folder, "totals.json"), "").then(() => truncate(path.join(folder, "totals.json"), 4 * GIB)),
    error: /^FOREIGN_CONTENT: totals\.json has 4294967296 bytes, more than/,
  },
  {
    what: "rows that are as large as it says, and larger than a recording, and are nothing on the disk",
    spoil: async (folder) => {
      await rewrite(path.join(folder, "0000/cycle.json"), (text) => text.replace('"live":128', `"live":${GIB}`));
      await truncate(path.join(folder, "0000/live"), GIB);
    },
    error: /^FOREIGN_CONTENT: 0000\/live has 1073741824 bytes, more than/,
  },
];

describe("a folder that no exporter can start on", () => {
  for (const { what, spoil, error } of FAULTS) {
    test(`is named with the reason: ${what}`, async (t) => {
      const folder = path.join(await scratch(t), "recording");
      const { kernel, recordings, cycle } = recorded(folder);
      await recordings.begin();
      kernel.open(WORLD);
      await cycle();
      await cycle();
      await recordings.end();
      assert.equal(openRecording(folder).cycles.length, 2);
      await spoil(folder);
      assert.throws(() => openRecording(folder), { name: "RecordingError", message: error });
    });
  }
});
