import { writeFile } from "node:fs/promises";
import path from "node:path";
import { createSyntheticHost } from "../../bench/readers/synthetic.ts";
import { socket, udpRow } from "../../unit/flow-exporter/lib/rows.ts";

const PORTS = 16_384;
const FIRST_PORT = 10_000;

/**
 * A folder that stands in for a tracer's pins, with so many sockets open, each of a flow of its own with the world: the
 * most that a socket can take in the exporter's memory.
 */
export async function createCrowdedHost(folder: string, { tcp, udp }: { tcp: number; udp: number }): Promise<string> {
  const { pins } = await createSyntheticHost(folder, 1);
  const rows = (count: number, row: (number: number) => Buffer) =>
    Buffer.concat(Array.from({ length: count }, (_, number) => row(number)));
  await writeFile(path.join(pins, "closed"), "");
  await writeFile(
    path.join(pins, "live"),
    rows(tcp, (number) => socket(flow(number, 443))),
  );
  await writeFile(
    path.join(pins, "udp"),
    rows(udp, (number) => udpRow(flow(tcp + number, 53), number + 1, 9e9)),
  );
  return pins;
}

function flow(number: number, port: number) {
  const client = Math.floor(number / PORTS);
  return {
    cookie: number + 1,
    source: `10.1.${client}.1:${FIRST_PORT + (number % PORTS)}`,
    destination: `198.51.${(number >> 8) & 255}.${number & 255}:${port}`,
    sent: 1_000 + number,
    received: 50,
    pid: 1_000 + client,
    comm: `client-${client}`,
    role: 1,
    start: 1e9 + number,
    rtt: 250,
  };
}
