import assert from "node:assert/strict";
import { Duplex, PassThrough } from "node:stream";
import { describe, it } from "node:test";
import Docker from "dockerode";
import { decodeChange } from "../../../start/dataset/docker-watch.ts";
import type { KernelLine } from "../../../start/dataset/kernel/lines.ts";
import { KernelPart } from "../../../start/dataset/kernel/part.ts";

const OPTIONS = {
  image: "image",
  containerIds: ["a", "b"],
  flow: "burst",
  gapMs: 20,
  sampleMs: 50,
  bpfCapability: true,
  countedDisk: "/dev/vda",
} as const;
const STREAMS = { stdout: 1, stderr: 2 } as const;

/** An engine whose only container says what the test has it say. */
function engine(fault?: string) {
  const said = new PassThrough();
  const stream = Duplex.from({ readable: said, writable: new PassThrough() });
  const exit = Promise.withResolvers<{ StatusCode: number }>();
  const asked: string[] = [];
  const created: Docker.ContainerCreateOptions[] = [];
  const end = (code: number) => {
    said.end();
    exit.resolve({ StatusCode: code });
  };
  const container = {
    attach: async () => stream,
    wait: () => exit.promise,
    start: async () => {
      if (fault !== undefined) throw new Error(fault);
    },
    kill: async ({ signal }: { signal: string }) => {
      asked.push(signal);
      end(0);
    },
    remove: async () => {
      asked.push("remove");
      end(137);
    },
  };
  const docker = {
    modem: new Docker().modem,
    createContainer: async (options: Docker.ContainerCreateOptions) => {
      created.push(options);
      return container;
    },
  } as unknown as Docker;
  const say = (name: keyof typeof STREAMS, text: string) => {
    const bytes = Buffer.from(text);
    const header = Buffer.alloc(8);
    header.writeUInt8(STREAMS[name]);
    header.writeUInt32BE(bytes.length, 4);
    said.write(Buffer.concat([header, bytes]));
  };
  return { docker, say, end, asked, created };
}

async function started(one: ReturnType<typeof engine>) {
  const lines: KernelLine[] = [];
  const ended = Promise.withResolvers<string | undefined>();
  const part = await KernelPart.start(one.docker, OPTIONS, {
    onLine: (line) => lines.push(line),
    onEnd: ended.resolve,
  });
  return { part, lines, ended: ended.promise };
}

const END = { kind: "end", atNs: 9, flows: 0, lost: 0, openFlows: 0 } as const;

describe("the kernel part", () => {
  it("gets the rights it needs, nothing to write to, and no log driver that would keep its lines", async () => {
    const one = engine();
    const { part } = await started(one);
    await part.stop();
    const [{ Cmd, HostConfig } = {}] = one.created;
    assert.deepEqual(
      Cmd?.slice(0, 10),
      "--container a --container b --flow burst --gap-ms 20 --sample-ms 50".split(" "),
    );
    assert.deepEqual(HostConfig?.CapAdd, ["BPF", "PERFMON", "NET_ADMIN"]);
    assert.deepEqual(HostConfig?.LogConfig, { Type: "none", Config: {} });
    assert.equal(HostConfig?.ReadonlyRootfs, true);
    assert.equal(HostConfig?.NetworkMode, "none");
  });

  it("hands on what it says, up to what it says as it is asked to end", async () => {
    const one = engine();
    const { part, lines, ended } = await started(one);
    one.say("stdout", `${JSON.stringify({ kind: "attached", atNs: 1, containerId: "a" })}\n{"kind":`);
    one.say("stdout", '"gone","atNs":2,"containerId":"a"}\n');
    one.say("stdout", `${JSON.stringify(END)}\n`);
    await part.stop();
    assert.equal(await ended, undefined);
    assert.deepEqual(
      lines.map(({ kind }) => kind),
      ["attached", "gone", "end"],
    );
    assert.deepEqual(one.asked, ["SIGTERM", "remove"]);
  });

  it("is named where it ends early, with what it logged last", async () => {
    const one = engine();
    const { ended } = await started(one);
    one.say("stderr", "flow-dataset: the kernel refuses a program\n");
    one.end(1);
    assert.equal(await ended, "the kernel part has ended: exit code 1\nflow-dataset: the kernel refuses a program");
  });

  it("is ended and named where it says garbage, and where a line has no end", async () => {
    for (const [text, expected] of [
      ["panic\n", /cannot be understood: it is not JSON/],
      ["x".repeat(70_000), /cannot be understood: a line is longer than/],
    ] as const) {
      const one = engine();
      const { ended, lines } = await started(one);
      one.say("stdout", text);
      assert.match((await ended) ?? "", expected);
      one.say("stdout", `${JSON.stringify(END)}\n`);
      assert.deepEqual(lines, []);
      assert.deepEqual(one.asked, ["remove"]);
    }
  });

  it("is removed, and the reason said, where it cannot start", async () => {
    const one = engine("no such program /flow-dataset");
    await assert.rejects(started(one), { code: "KERNEL_PART_NOT_STARTED", message: /no such program/ });
    assert.deepEqual(one.asked, ["remove"]);
  });
});

describe("what Docker tells", () => {
  it("is the start and end of containers, and what networks they are in", () => {
    const change = (event: object) => decodeChange(JSON.stringify(event));
    assert.deepEqual(change({ Type: "container", Action: "die", Actor: { ID: "a" } }), {
      action: "die",
      containerId: "a",
    });
    const connected = { Type: "network", Action: "connect", Actor: { ID: "n", Attributes: { container: "a" } } };
    assert.deepEqual(change(connected), { action: "connect", containerId: "a" });
    assert.equal(change({ Type: "container", Action: "exec_start: sh", Actor: { ID: "a" } }), undefined);
    assert.equal(change({ Type: "image", Action: "start" }), undefined);
  });
});
