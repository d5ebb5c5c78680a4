import { isIPv4 } from "node:net";
import type Docker from "dockerode";
import { nameOf } from "./containers.ts";

const MAPPED = "::ffff:";

/** What an address was called from some moment on. */
interface Tenure {
  sinceNs: number;
  name: string;
}

/** Who had which address, and when: an address may go to another container while a recording is made. */
export class Peers {
  readonly #tenures = new Map<string, Tenure[]>();

  /** Takes what Docker says of its containers now. One that is gone keeps its address until another one has it. */
  note(containers: readonly Pick<Docker.ContainerInfo, "Id" | "Names" | "NetworkSettings">[], atNs: number): void {
    for (const container of containers) {
      for (const address of addressesOf(container)) this.#add(address, nameOf(container), atNs);
    }
  }

  /** The container that had the address then, else the address. */
  nameOf(address: string, atNs: number): string {
    const plain = plainAddress(address);
    const tenures = this.#tenures.get(plain) ?? [];
    return (tenures.findLast(({ sinceNs }) => sinceNs <= atNs) ?? tenures[0])?.name ?? plain;
  }

  #add(address: string, name: string, sinceNs: number): void {
    const tenures = this.#tenures.get(address) ?? [];
    if (tenures.at(-1)?.name === name) return;
    this.#tenures.set(address, [...tenures, { sinceNs, name }]);
  }
}

function addressesOf({ NetworkSettings }: Pick<Docker.ContainerInfo, "NetworkSettings">): string[] {
  const networks = Object.values(NetworkSettings?.Networks ?? {});
  return networks.flatMap(({ IPAddress, GlobalIPv6Address }) => [IPAddress, GlobalIPv6Address]).filter((one) => one);
}

/** An IPv4 address that a socket of IPv6 has is the same one. */
function plainAddress(address: string): string {
  const end = address.slice(MAPPED.length);
  return address.toLowerCase().startsWith(MAPPED) && isIPv4(end) ? end : address;
}
