import { get } from "node:http";
import { networkInterfaces } from "node:os";
import type Docker from "dockerode";

/** IPv4 addresses at which these containers can be looked for from this machine: their own, and its own but loopback's. */
export async function addressesOf(containers: readonly Docker.Container[]): Promise<string[]> {
  const found = await Promise.all(containers.map((container) => container.inspect()));
  const theirs = found.flatMap(({ NetworkSettings }) =>
    Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress),
  );
  const ours = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outer = ours.filter(({ family, internal }) => family === "IPv4" && !internal).map(({ address }) => address);
  return [...new Set([...theirs, ...outer])].filter((address) => address !== "");
}

/** Where a page that has a name of its own lead there could read metrics: "address:port" of each that answers 200. */
export async function answersUnderForeignName(
  addresses: readonly string[],
  ports: readonly number[],
): Promise<string[]> {
  const all = addresses.flatMap((host) => ports.map((port) => ({ host, port })));
  const statuses = await Promise.all(all.map(({ host, port }) => statusUnderForeignName(host, port)));
  return all.filter((_, index) => statuses[index] === 200).map(({ host, port }) => `${host}:${port}`);
}

/** 0 where nobody answers: an address that no route leads to may not even refuse. */
function statusUnderForeignName(host: string, port: number): Promise<number> {
  const signal = AbortSignal.timeout(5_000);
  return new Promise((resolve) => {
    get({ host, port, path: "/metrics", headers: { host: `evil.example:${port}` }, agent: false, signal })
      .once("response", (response) => resolve(response.resume().statusCode ?? 0))
      .once("error", () => resolve(0));
  });
}
