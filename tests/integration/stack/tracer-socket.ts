import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import { execa } from "execa";
import { unixGet } from "../../unit/flow-exporter/lib/unix-get.ts";
import { eventually } from "../lib/eventually.ts";
import { NAMES } from "../lib/test-stack.ts";
import type { Running } from "./running.ts";

const VOLUME = `${NAMES.project}_tracer-socket`;
const EXPORTER = 60_906;
const STRANGER = 60_999;
/** Where containers of this suite have the volume. */
const FOLDER = "/run/told";
const SOCKET = `${FOLDER}/tracer.sock`;

/** Prints the status of an answer, or why there was none. */
const ASK = `require("node:http").get({ socketPath: ${JSON.stringify(SOCKET)}, path: "/status" },
  ({ statusCode }) => { console.log(statusCode); process.exit(); }).on("error", ({ code }) => console.log(code));`;
/** Prints owner, group and mode of the folder and of the socket in it. */
const LOOK = `for (const name of [${JSON.stringify(FOLDER)}, ${JSON.stringify(SOCKET)}]) {
  const { uid, gid, mode } = require("node:fs").statSync(name);
  console.log(uid, gid, (mode & 0o777).toString(8)); }`;

/** With FLOW_TRACER_SOCKET=on, as the settings of the tests' stack have it. */
export function tracerSocketSuite(running: () => Running): void {
  describe("the tracer socket", () => {
    it("answers root of this machine with the flows that there are", async () => {
      const { Mountpoint } = await running().docker.getVolume(VOLUME).inspect();
      const { status, text } = await unixGet(path.join(Mountpoint, "tracer.sock"), "/connections?client_id=stack");
      assert.equal(status, 200);
      const { connections } = JSON.parse(text) as { connections: { monotonic_sent_bytes: number }[] };
      assert.ok(connections.length > 0);
      assert.ok(connections.every(({ monotonic_sent_bytes }) => Number.isInteger(monotonic_sent_bytes)));
    });

    it("is its owner's and group's, who get in where nobody else does", async () => {
      assert.equal(await said(EXPORTER, LOOK), `${EXPORTER} ${EXPORTER} 750\n${EXPORTER} ${EXPORTER} 660`);
      assert.equal(await said(EXPORTER, ASK), "200");
      assert.equal(await said(STRANGER, ASK), "EACCES");
    });

    it("is a source of flows for another exporter", async () => {
      const id = await reader();
      try {
        await eventually(30, async () => {
          const { sources } = JSON.parse(await inside(id, "/healthz")) as { sources: Record<string, { up: boolean }> };
          assert.equal(sources[`uds:${SOCKET}`]?.up, true, JSON.stringify(sources));
          assert.match(await inside(id, "/metrics"), /^flow_sent_bytes_total\{.+\} [1-9]/m);
        });
      } finally {
        await execa("docker", ["rm", "--force", "--volumes", id]);
      }
    });
  });

  /** What a script prints in a container of that user, who has the volume and no rights. */
  async function said(user: number, script: string): Promise<string> {
    const own = ["--rm", "--network=none", "--cap-drop=ALL", "--entrypoint=/bin/node"];
    return docker("run", ...own, ...mounting(user), running().nodeImage, "--eval", script);
  }

  async function reader(): Promise<string> {
    const settings = { FLOW_SOURCES: `uds:${SOCKET}`, FLOW_PINS: "/nowhere", DOCKER_SOCKET: "off" };
    const env = Object.entries(settings).map(([name, value]) => `--env=${name}=${value}`);
    return docker("run", "--detach", "--network=none", ...env, ...mounting(EXPORTER), running().nodeImage);
  }
}

function mounting(user: number): string[] {
  return [`--user=${user}:${user}`, `--volume=${VOLUME}:${FOLDER}:ro`];
}

/** What an exporter in a container without a network answers. */
function inside(id: string, where: string): Promise<string> {
  const url = JSON.stringify(`http://127.0.0.1:9436${where}`);
  return docker("exec", id, "/bin/node", "--eval", `fetch(${url}).then((r) => r.text()).then(console.log)`);
}

async function docker(...words: readonly string[]): Promise<string> {
  return (await execa("docker", words)).stdout;
}
