import { execa } from "execa";
import { z } from "zod";
import type { Bench } from "../bench.ts";
import { type Silent, startBackground, startSilent } from "./background.ts";
import type { Namespace, Network } from "./network.ts";
import type { Programs } from "./programs.ts";

const CONNECT_PORT = "7000";
const WORKERS = "4";
const DATAGRAM_BYTES = "64";
/** Longer than any measurement. */
const MAX_LOAD_SECONDS = 3_600;

/** A load between the namespaces; `run` returns how much went through, in `unit`. */
export interface Workload {
  name: string;
  unit: string;
  /** Shown figures are divided by this. */
  scale: number;
  run(): Promise<number>;
}

/** A load that can go on for as long as it is wanted. */
export type ContinuousLoad = "tcp" | "connect" | "udp";

export interface Workloads extends AsyncDisposable {
  /** The servers of the loads. */
  serverPids: Readonly<Record<ContinuousLoad, number>>;
  /** Keeps a load going until it is disposed of. */
  keepUp(load: ContinuousLoad): Promise<Silent>;
  tcp: Workload;
  connect: Workload;
  udp: Workload;
  /** Connections at a given rate for some seconds; returns how many a second there were. */
  connectAt(rate: number, seconds: number): Promise<number>;
}

const streamSchema = z.object({ end: z.object({ sum_received: z.object({ bits_per_second: z.number() }) }) });
const datagramSchema = z.object({
  end: z.object({ sum: z.object({ seconds: z.number(), packets: z.number(), lost_packets: z.number() }) }),
});
const connectSchema = z.object({ made: z.number(), failed: z.number(), seconds: z.number() });

/** Starts the servers in their namespace; the loads themselves come and go. */
export async function startWorkloads(
  programs: Programs,
  { client, server }: Network,
  bench: Bench,
): Promise<Workloads> {
  const { signal } = bench;
  await using servers = new AsyncDisposableStack();
  const iperfServer = server.pinned("iperf3", "--server", "--forceflush");
  const ready = (line: string) => line.startsWith("Server listening");
  const { pid: iperfPid } = servers.use(await startBackground(iperfServer, { ready, signal }));
  const connectServer = server.pinned(programs.connect, "serve", CONNECT_PORT, WORKERS);
  const { pid: connectPid } = servers.use(
    await startBackground(connectServer, { ready: (line) => line === "ready", signal }),
  );

  const seconds = bench.scale.loadSeconds;
  const stream = ["iperf3", "--client", server.address];
  const flooding = ["--udp", "--bitrate", "0", "--length", DATAGRAM_BYTES];
  const iperf = [...stream, "--json", "--time", `${seconds}`];
  const calling = [programs.connect, "call", server.address, CONNECT_PORT, WORKERS];
  const connect = async (rate: number, duration: number) => {
    const call = [...calling, `${duration}`, `${rate}`];
    const result = connectSchema.parse(await runJson(client, call, duration, signal));
    if (result.failed > 0) throw new Error(`${result.failed} of ${result.made + result.failed} connections failed`);
    return result.made / result.seconds;
  };
  const kept = servers.move();
  const endless = ["--time", `${MAX_LOAD_SECONDS}`];
  const commands = {
    tcp: [...stream, ...endless],
    connect: [...calling, `${MAX_LOAD_SECONDS}`, "0"],
    udp: [...stream, ...flooding, ...endless],
  };
  return {
    serverPids: { tcp: iperfPid, connect: connectPid, udp: iperfPid },
    keepUp: (load) => startSilent(client.pinned(...commands[load]), async () => undefined),
    tcp: {
      name: "TCP throughput",
      unit: "Gbit/s",
      scale: 1e9,
      run: async () =>
        streamSchema.parse(await runJson(client, iperf, seconds, signal)).end.sum_received.bits_per_second,
    },
    connect: {
      name: "TCP connect and close",
      unit: "thousand connections/s",
      scale: 1e3,
      run: () => connect(0, seconds),
    },
    udp: {
      name: `UDP, ${DATAGRAM_BYTES}-byte datagrams`,
      unit: "thousand received/s",
      scale: 1e3,
      run: async () => {
        const flood = [...iperf, ...flooding];
        const { sum } = datagramSchema.parse(await runJson(client, flood, seconds, signal)).end;
        return (sum.packets - sum.lost_packets) / sum.seconds;
      },
    },
    connectAt: connect,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Runs a load on the client's CPU up to its end, which is well after `seconds` at the latest. */
async function runJson(
  client: Namespace,
  argv: string[],
  seconds: number,
  cancelSignal: AbortSignal,
): Promise<unknown> {
  const [program = "", ...args] = client.pinned(...argv);
  const { stdout } = await execa(program, args, { timeout: (seconds + 10) * 1_000, cancelSignal });
  return JSON.parse(stdout);
}
