import { mkdir } from "node:fs/promises";
import path from "node:path";
import { noDocker } from "../../../start/lib/docker.ts";
import { type Context, cacheFolder } from "../../guests/context.ts";
import { fetchKernel, type KernelFiles } from "../../guests/kernel-files.ts";
import { kernelsNamed, SHORT_LIST } from "../../guests/kernels.ts";
import { shippedTracer } from "../../lib/shipped-tracer.ts";
import type { Bench, Part } from "../bench.ts";
import { added } from "../instructions/console.ts";
import { exporterFiles, exporterObserver } from "../instructions/exporter.ts";
import { type Figures, keepFigures } from "../instructions/figures.ts";
import { type Files, installed, program } from "../instructions/libraries.ts";
import { countIn, offOf } from "../instructions/measure.ts";
import {
  besideEach,
  byExporter,
  byPeer,
  byProgram,
  byReading,
  LOOPBACK,
  nameOf,
  type Observer,
  type Route,
  TRACER,
  TRACER_AT_CGROUP,
  TRACER_WITHOUT_UDP,
  VETH,
} from "../instructions/script.ts";
import { addedTable, afterwardsTable, programTables, type Told } from "../instructions/tables.ts";
import { PEERS } from "../rig/peers.ts";

/** Debian 13's: what is looked at more closely. */
const CLOSER = "6.12";
const ROUTES = [LOOPBACK, VETH];
/** pmacctd loses half of what it should count, and writes a line to its log each time. */
const BESIDE = PEERS.filter(({ name }) => name !== "pmacctd");
/** Only for a machine that hangs: it takes one or two minutes, and many where the host has other work. */
const DEADLINE_MS = 1_800_000;

export const instructions: Part = {
  name: "instructions",
  standsAlone: true,
  packages: {
    "qemu-system-x86_64": "qemu-system-x86",
    "/usr/share/doc/busybox-static": "busybox-static",
    cpio: "cpio",
    modprobe: "kmod",
    "/usr/share/keyrings/debian-archive-keyring.gpg": "debian-archive-keyring",
  },
  run: async (bench) => {
    const context = { ...bench, cache: cacheFolder(bench.host.env) };
    const shipped = path.join(bench.folder, "shipped");
    await mkdir(shipped, { recursive: true });
    const tracer = await shippedTracer(bench, bench.projectRoot, shipped);
    if (tracer === undefined) throw noDocker("the figures are those of the program that is shipped, in an image");
    const files = { ...(await program("flow-tracer", tracer)), ...(await peerFiles()) };
    const kernels = await fetchAll(context, bench.isQuick ? [CLOSER] : SHORT_LIST);
    const told: Told[] = [];
    for (const kernel of kernels) told.push(await overheadIn(kernel, files, context, bench));
    const closer = kernels.filter(({ name }) => name === CLOSER);
    const details: Told[] = [];
    for (const kernel of closer) details.push(await detailsIn(kernel, files, context, bench));
    if (!bench.isQuick) await keepFigures(figuresOf(told, kernels));
    return {
      title: "Cost as instructions",
      method: METHOD,
      tables: [
        ...ROUTES.map((route) => addedTable(route, observersOn(route), told)),
        afterwardsTable(details, peersOn(LOOPBACK)),
        ...details.flatMap(programTables),
      ],
    };
  },
};

const METHOD = [
  `Stock Debian kernels in QEMU, whose clock counts instructions (icount) on one CPU: the figures do not depend on the
machine they are taken on, nor on what else it does, and say nothing about caches. flow-tracer is the one of its image.
One thread plays both ends.
A connection is opened, carries 100 bytes there and 200 back, and is closed; a datagram of 100 bytes is sent and received;
a megabyte goes over one connection in pieces of 50 kB. Each figure is the middle one of seven batches.`,
  `"without anything" is the mean of a load before all others and one after them, "the same, before and after" how far those
two lie from it. The others are what is added while they run. Loads also differ by where their batches happen to fall, by
some hundred instructions a megabyte: a few below zero are none. The goals are for flow-tracer with all it counts; in
the tables flow-tracer-udp-cgroup counts UDP at the root cgroup, as it does where the kernel takes no programs into its
functions, and flow-tracer-udp-off counts none.`,
  `Afterwards, in user space: a program that reads the pins in the order of flow-exporter and makes nothing of them, before
and after a load of connections; and the real flow-exporter, warm, on the same pins: all it ran during loads of connections
and until they were settled, less what it runs at rest. Both ends of each connection are on the machine: two rows each.
softflowd is made to export all its flows at the end of the load.`,
  `By program: the kernel's own statistics, whose nanoseconds are instructions here. What is added beside the programs'
own share is the kernel's way to them.`,
];

function observersOn(route: Route): Observer[] {
  return [TRACER, TRACER_AT_CGROUP, TRACER_WITHOUT_UDP, ...peersOn(route)];
}

function peersOn(route: Route): Observer[] {
  return BESIDE.map(({ name, argv }) => {
    const command = argv(route.device, "/tmp").join(" ");
    return { name: name.split(" ")[0] ?? name, command, ready: "packets_are_captured" };
  });
}

/** By name: what has a peer hand over what it has gathered. */
const FINISH: Readonly<Record<string, string>> = { softflowd: "softflowctl -c /tmp/softflowd.ctl expire-all" };

/** softflowd and tcpdump drop root's rights for those of a user, which they look up. */
async function peerFiles(): Promise<Files> {
  const programs = await Promise.all(BESIDE.map(({ argv }) => installed(argv("", "")[0] ?? "")));
  return { ...Object.assign({}, ...programs), "etc/passwd": "/etc/passwd", "etc/group": "/etc/group" };
}

async function fetchAll(context: Context, names: readonly string[]): Promise<KernelFiles[]> {
  const kernels: KernelFiles[] = [];
  for (const pinned of kernelsNamed(names)) kernels.push(await fetchKernel(context, pinned));
  return kernels;
}

async function overheadIn(kernel: KernelFiles, files: Files, context: Context, { folder }: Bench): Promise<Told> {
  context.report(`counting instructions in kernel ${kernel.release}`);
  const script = ROUTES.map((route) => besideEach(route, observersOn(route))).join("");
  const measurement = { kernel, script, files, memoryMb: 1_024, deadlineMs: DEADLINE_MS };
  return { kernel: kernel.name, console: await countIn(context, folder, measurement) };
}

async function detailsIn(kernel: KernelFiles, files: Files, context: Context, bench: Bench): Promise<Told> {
  const { folder, projectRoot } = bench;
  context.report(`counting by program, and in user space, in kernel ${kernel.release}`);
  const exporter = await exporterObserver(projectRoot);
  const script = [
    byProgram(LOOPBACK),
    byReading(LOOPBACK),
    byExporter(LOOPBACK, exporter),
    ...peersOn(LOOPBACK).map((peer) => byPeer(LOOPBACK, peer, FINISH[peer.name] ?? ":")),
  ].join("");
  const tools = { ...(await installed("bpftool")), ...(await installed("softflowctl")) };
  const own = { ...files, ...tools, ...(await exporterFiles(projectRoot, folder)) };
  const measurement = { kernel, script, files: own, memoryMb: 2_048, deadlineMs: DEADLINE_MS };
  return { kernel: kernel.name, console: await countIn(context, folder, measurement) };
}

function figuresOf(told: readonly Told[], kernels: readonly KernelFiles[]): Figures {
  return Object.fromEntries(
    told.map(({ kernel, console }) => {
      const off = offOf(console, LOOPBACK);
      const release = kernels.find(({ name }) => name === kernel)?.release ?? "";
      return [kernel, { release, off, added: added(console.costs(nameOf(LOOPBACK, TRACER.name)), off) }];
    }),
  );
}
