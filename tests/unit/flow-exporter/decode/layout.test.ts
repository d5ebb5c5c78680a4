import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import {
  FLOW_ROW,
  type Layout,
  PROCESS_ROW,
  ROLE,
  ROWS_VERSION,
  STATUS_ROW,
} from "../../../../exporters/flow-exporter/decode/layout.ts";

const INCLUDE = path.resolve(import.meta.dirname, "../../../../exporters/flow-tracer/include");
const ROWS: readonly Layout[] = [STATUS_ROW, FLOW_ROW, PROCESS_ROW];
const compiler = await execa("sh", ["-c", "command -v cc || command -v gcc || command -v clang"], { reject: false });

describe("rows.h and layout.ts", { skip: compiler.exitCode === 0 ? false : "needs a C compiler" }, () => {
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

  test("version, kinds and roles are the header's", () => {
    const { ROWS_VERSION: version, ROW_STATUS, ROW_FLOW, ROW_PROCESS } = inHeader;
    assert.equal(version, ROWS_VERSION);
    assert.deepEqual([ROW_STATUS, ROW_FLOW, ROW_PROCESS], [STATUS_ROW.kind, FLOW_ROW.kind, PROCESS_ROW.kind]);
    const { ROLE_UNKNOWN: unknown, ROLE_CLIENT: client, ROLE_SERVER: server } = inHeader;
    assert.deepEqual({ unknown, client, server }, ROLE);
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
  const constants = [
    "ROWS_VERSION",
    "ROW_STATUS",
    "ROW_FLOW",
    "ROW_PROCESS",
    "ROLE_UNKNOWN",
    "ROLE_CLIENT",
    "ROLE_SERVER",
  ];
  const lines = [...constants.map((name) => print(name, name)), ...ROWS.flatMap(questions)];
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
