import { execa } from "execa";
import { z } from "zod";
import type { Bench } from "../bench.ts";
import { startBackground } from "./background.ts";
import type { Namespace, Network } from "./network.ts";
import type { Programs } from "./programs.ts";

const CONNECT_PORT = "7000";
const WORKERS = "4";
const DATAGRAM_BYTES = "64";

/** A load between the namespaces; `run` returns how much went through, in `unit`. */
export interface Workload {
  name: string;
  unit: string;
  /** Shown figures are divided by this. */
  scale: number;
  run(): Promise<number>;
}

export interface Workloads extends AsyncDisposable {
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
  servers.use(await startBackground(iperfServer, { ready: (line) => line.startsWith("Server listening"), signal }));
  const connectServer = server.pinned(programs.connect, "serve", CONNECT_PORT, WORKERS);
  servers.use(await startBackground(connectServer, { ready: (line) => line === "ready", signal }));

  const seconds = bench.scale.loadSeconds;
  const iperf = ["iperf3", "--json", "--time", `${seconds}`, "--client", server.address];
  const connect = async (rate: number, duration: number) => {
    const call = ["call", server.address, CONNECT_PORT, WORKERS, `${duration}`, `${rate}`];
    const result = connectSchema.parse(await runJson(client, [programs.connect, ...call], duration, signal));
    if (result.failed > 0) throw new Error(`${result.failed} of ${result.made + result.failed} connections failed`);
    return result.made / result.seconds;
  };
  const kept = servers.move();
  return {
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
        const flood = [...iperf, "--udp", "--bitrate", "0", "--length", DATAGRAM_BYTES];
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
