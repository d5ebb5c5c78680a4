import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { NETNS_OWNER, ROLE } from "../../../../../../exporters/flow-exporter/model/socket.ts";
import {
  CGROUP_ROW,
  CLOSED_ROW,
  FLOW_ROW,
  HTTP_METHOD,
  HTTP_ROW,
  type Layout,
  PROCESS_ROW,
  PROGRAM_ROW,
  ROWS_VERSION,
  STATUS,
  STATUS_ROW,
  UDP_MODE,
  UDP_ROW,
} from "../../../../../../exporters/flow-exporter/sources/kernel/rows/layout.ts";
import { orSkip } from "../../../../../lib/or-skip.ts";

const INCLUDE = path.resolve(import.meta.dirname, "../../../../../../exporters/flow-tracer/include");
const ROWS: readonly Layout[] = [
  STATUS_ROW,
  FLOW_ROW,
  PROCESS_ROW,
  CLOSED_ROW,
  UDP_ROW,
  PROGRAM_ROW,
  CGROUP_ROW,
  HTTP_ROW,
];
/** What is not a field: name in rows.h, value here. */
const CONSTANTS = {
  ROWS_VERSION,
  ROW_STATUS: STATUS_ROW.kind,
  ROW_FLOW: FLOW_ROW.kind,
  ROW_PROCESS: PROCESS_ROW.kind,
  ROW_CLOSED: CLOSED_ROW.kind,
  ROW_UDP: UDP_ROW.kind,
  ROW_PROGRAM: PROGRAM_ROW.kind,
  ROW_CGROUP: CGROUP_ROW.kind,
  ROW_HTTP: HTTP_ROW.kind,
  ...Object.fromEntries(Object.entries(HTTP_METHOD).map(([name, number]) => [`HTTP_${name}`, number])),
  ROLE_UNKNOWN: ROLE.unknown,
  ROLE_CLIENT: ROLE.client,
  ROLE_SERVER: ROLE.server,
  NETNS_OWNER_UNKNOWN: NETNS_OWNER.unknown,
  NETNS_OF_HOST: NETNS_OWNER.host,
  NETNS_OF_USER: NETNS_OWNER.user,
  STATUS_UDP: STATUS.udp,
  STATUS_PROCESSES: STATUS.processes,
  STATUS_OWNERS: STATUS.owners,
  STATUS_PROGRAMS: STATUS.programs,
  STATUS_CGROUPS: STATUS.cgroups,
  UDP_OFF: UDP_MODE.off,
  UDP_CGROUP: UDP_MODE.cgroup,
  UDP_FUNCTIONS: UDP_MODE.functions,
};
const compiler = await execa("sh", ["-c", "command -v cc || command -v gcc || command -v clang"], { reject: false });

describe("rows.h and layout.ts", { skip: orSkip(compiler.exitCode !== 0 && "needs a C compiler") }, () => {
  let folder: string;
  let inHeader: Record<string, number>;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-layout-"));
    inHeader = await askHeader(folder);
  });
  after(() => rm(folder, { recursive: true }));

  for (const layout of ROWS) {
    test(`${layout.name}: every offset and size is the header's`, () => {
      for (const [field, { at, bytes }] of Object.entries(layout.fields)) {
        assert.deepEqual(
          [inHeader[`${layout.name}.${field}@`], inHeader[`${layout.name}.${field}#`]],
          [at, bytes],
          field,
        );
      }
      assert.equal(inHeader[`${layout.name}#`], layout.size);
    });

    test(`${layout.name}: no byte of the row is unnamed, so no field of the header is missing here`, () => {
      let end = 0;
      for (const { at, bytes } of Object.values(layout.fields)) {
        assert.equal(at, end);
        end = at + bytes;
      }
      assert.equal(end, layout.size);
    });
  }

  test("version, kinds, roles and flags are the header's", () => {
    for (const [name, value] of Object.entries(CONSTANTS)) assert.equal(inHeader[name], value, name);
  });
});

/** Compiles a program that prints what the compiler makes of the header. */
async function askHeader(folder: string): Promise<Record<string, number>> {
  const source = path.join(folder, "ask.c");
  const program = path.join(folder, "ask");
  await writeFile(source, sourceText());
  await execa(compiler.stdout.trim(), ["-I", INCLUDE, "-o", program, source]);
  const { stdout } = await execa(program);
  return Object.fromEntries(
    stdout
      .split("\n")
      .map((line) => line.split(" "))
      .map(([name, value]) => [name, Number(value)]),
  );
}

function sourceText(): string {
  const constants = Object.keys(CONSTANTS).map((name) => print(name, name));
  const lines = [...constants, ...ROWS.flatMap(questions)];
  const head = "#include <stddef.h>\n#include <stdio.h>\n#include <linux/types.h>\n#include <rows.h>\n";
  return `${head}int main(void) {\n${lines.join("\n")}\nreturn 0;\n}\n`;
}

function questions({ name, fields }: Layout): string[] {
  const each = Object.keys(fields).flatMap((field) => [
    print(`${name}.${field}@`, `offsetof(struct ${name}, ${field})`),
    print(`${name}.${field}#`, `sizeof(((struct ${name} *)0)->${field})`),
  ]);
  return [print(`${name}#`, `sizeof(struct ${name})`), ...each];
}

function print(label: string, expression: string): string {
  return `printf("${label} %ld\\n", (long)(${expression}));`;
}
