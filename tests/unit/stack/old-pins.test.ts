import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { createHost } from "../../../start/lib/host.ts";
import { removeOldPins } from "../../../start/stack/old-pins.ts";

const skip = process.getuid?.() !== 0 && "only root can make files of root";
const NOBODY = 65_534;
const PINS = ["status", "closed_ack", "udp", "kept/follow_state", "kept/program_udp_sent4", "kept/0123456789abcdef"];

let root = "";
const parent = () => path.join(root, "sys/fs/bpf");
const folder = (name = "") => path.join(parent(), "flowtally", name);
const remove = () => removeOldPins(createHost(root));

describe("pins that an earlier version left in /sys/fs/bpf", { skip }, () => {
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), "flowtally-"));
    await mkdir(folder("kept"), { recursive: true, mode: 0o755 });
    for (const name of PINS) await writeFile(folder(name), "");
  });
  afterEach(() => rm(root, { recursive: true }));

  it("are removed, and nothing beside them", async () => {
    await writeFile(path.join(parent(), "others"), "");
    assert.equal(await remove(), "removed the pins of an earlier version in /sys/fs/bpf/flowtally");
    assert.deepEqual(await readdir(parent()), ["others"]);
    assert.equal(await remove(), undefined);
  });

  for (const [what, change, reason] of [
    ["the folder is another user's", () => chown(folder(), NOBODY, NOBODY), /: it belongs to user 65534;/],
    ["a pin is another user's", () => chown(folder("status"), NOBODY, 0), /: status in it belongs to user 65534;/],
    ["others may add to it", () => chmod(folder(), 0o777), /: others may write to it;/],
    [
      "something else is in it",
      () => writeFile(folder("notes"), ""),
      /: notes in it is not a pin of an earlier version;/,
    ],
    ["a folder of others is in it", () => mkdir(folder("more")), /: more in it is not a pin;/],
    ["a pin is a link", () => symlink("/etc/passwd", folder("live")), /: live in it is not a pin;/],
  ] as const) {
    it(`are left, and that is said, where ${what}`, async () => {
      await change();
      const before = await readdir(folder(), { recursive: true });
      assert.match((await remove()) ?? "", reason);
      assert.deepEqual(await readdir(folder(), { recursive: true }), before);
    });
  }

  it("are left where the folder is a link, and so is what it leads to", async () => {
    const elsewhere = path.join(root, "elsewhere");
    await rm(folder(), { recursive: true });
    await mkdir(elsewhere);
    await writeFile(path.join(elsewhere, "status"), "");
    await symlink(elsewhere, folder());
    assert.match((await remove()) ?? "", /: it is not a folder; if nothing needs it: rm -r/);
    assert.deepEqual(await readdir(elsewhere), ["status"]);
  });

  it("are left while a tracer lives behind them", async () => {
    const holder = spawn("flock", [folder("kept"), "sh", "-c", "echo held; read _"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    await once(holder.stdout, "data");
    try {
      assert.match((await remove()) ?? "", /: a tracer is still using it;/);
    } finally {
      holder.stdin.end();
      await once(holder, "exit");
    }
    assert.match((await remove()) ?? "", /^removed/);
  });
});
