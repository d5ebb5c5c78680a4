import { execa } from "execa";
import { eventually } from "../../integration/lib/eventually.ts";
import { Hubble } from "./hubble.ts";
import { freePort } from "./ports.ts";
import { programs } from "./programs.ts";

/** It looks every five seconds whether a peer is there. */
const READY_SECONDS = 60;

export interface Relay extends AsyncDisposable {
  address: string;
  hubble: Hubble;
  /** What it has written so far. */
  log(): string;
}

const PLAIN = ["--disable-client-tls"];

interface RelayOptions {
  /** How it asks nodes, unless plainly. */
  tls?: readonly string[];
  /** Where it listens, unless at a port of its own. */
  address?: string;
}

/**
 * The real hubble-relay, ready.
 * @param peers where it asks for its nodes
 */
export async function startRelay(peers: string, { tls = PLAIN, ...given }: RelayOptions = {}): Promise<Relay> {
  const address = given.address ?? `127.0.0.1:${await freePort()}`;
  const health = await freePort();
  const words = ["serve", "--peer-service", peers, "--listen-address", address];
  const own = ["--health-listen-address", `127.0.0.1:${health}`, "--gops=false", "--retry-timeout", "2s"];
  const child = execa(programs().relay, [...words, ...own, ...tls, "--disable-server-tls"], {
    reject: false,
    stdin: "ignore",
    all: true,
  });
  let text = "";
  child.all.on("data", (chunk) => {
    text += String(chunk);
  });
  const hubble = await Hubble.at("--server", address);
  const stop = async () => {
    // At SIGTERM it waits for streams that do not end.
    child.kill("SIGKILL");
    await child;
    await hubble[Symbol.asyncDispose]();
  };
  try {
    await eventually(READY_SECONDS, () => hubble.says("status"));
  } catch (cause) {
    await stop();
    throw new Error(`the relay is not ready: ${text}`, { cause });
  }
  return { address, hubble, log: () => text, [Symbol.asyncDispose]: stop };
}
