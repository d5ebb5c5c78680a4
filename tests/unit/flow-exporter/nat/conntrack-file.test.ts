import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { readConntrack } from "../../../../exporters/flow-exporter/nat/conntrack-file.ts";

const PLAIN =
  "ipv4     2 tcp      6 62 TIME_WAIT src=10.0.0.1 dst=10.0.0.2 sport=7 dport=80 src=10.0.0.2 dst=10.0.0.1 sport=80 dport=7 mark=0 use=2\n";
const translated = (port: number) =>
  `ipv4     2 tcp      6 62 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=${port} dport=80 src=10.0.0.2 dst=192.0.2.1 sport=80 dport=${port} mark=0 use=2\n`;
/** Of more bytes than are read at once, so that lines are torn apart. */
const MANY = 2_000;

let folder: string;
before(() => {
  folder = mkdtempSync(path.join(tmpdir(), "flowtally-conntrack-"));
});
after(() => rmSync(folder, { recursive: true }));

const placeOf = (name: string, text?: string, module = folder) => {
  const file = path.join(folder, name);
  if (text !== undefined) writeFileSync(file, text);
  return { file, module };
};

test("all translated connections are read, each once", () => {
  const text = Array.from({ length: MANY }, (_, port) => PLAIN + translated(port + 1)).join("");
  const { translations, isCutOff } = readConntrack(placeOf("many", text));
  assert.equal(isCutOff, false);
  assert.deepEqual(
    translations.map(({ before }) => before),
    Array.from({ length: MANY }, (_, port) => `tcp 10.0.0.1-10.0.0.2-${port + 1}-80`),
  );
});

test("of more than there is room for the rest is left out, and that is said", () => {
  const { translations, isCutOff } = readConntrack(placeOf("full", translated(1) + translated(2) + translated(3)), 2);
  assert.deepEqual([translations.length, isCutOff], [2, true]);
});

test("a machine that keeps track of nothing translates nothing", () => {
  const place = placeOf("none", undefined, path.join(folder, "no-module"));
  assert.deepEqual(readConntrack(place), { translations: [], isCutOff: false });
});

test("a kernel that keeps track and does not show it is named, as one that lacks what is optional", () => {
  const message = /^NAT is not followed: this kernel has no nf_conntrack in .proc \(CONFIG_NF_CONNTRACK_PROCFS\)$/;
  assert.throws(() => readConntrack(placeOf("hidden")), { name: "TableAbsent", message });
});

test("a process that is not to be seen is a fault, whatever the kernel shows of others", () => {
  const message = /nobody\/nf_conntrack: the process is not to be seen/;
  assert.throws(() => readConntrack(placeOf("nobody/nf_conntrack")), { name: "Error", message });
});

test("what cannot be read is named", () => {
  assert.throws(() => readConntrack({ file: folder, module: folder }), { name: "Error", message: /EISDIR/ });
});
