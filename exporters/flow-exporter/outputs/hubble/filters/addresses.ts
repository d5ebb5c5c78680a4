import { isIP } from "node:net";
import { addressBits, asAddressText } from "../../../model/address.ts";
import { FilterFault, type Side, type Test } from "./filter.ts";

interface Network {
  version: number;
  /** Bits of an address that are not of its network. */
  rest: bigint;
  prefix: bigint;
}

/** Addresses, and networks as ADDRESS/BITS. */
export function ipTest(values: readonly string[], { address }: Side): Test {
  const single = new Set(values.filter((value) => !value.includes("/")).map((value) => addressOf(value, value)));
  const networks = values.filter((value) => value.includes("/")).map(networkOf);
  return (flow) => {
    const has = address(flow);
    if (has === "" || single.has(has)) return has !== "";
    if (networks.length === 0) return false;
    const version = has.includes(":") ? 6 : 4;
    const bits = addressBits(has);
    return networks.some((one) => one.version === version && bits >> one.rest === one.prefix);
  };
}

function networkOf(value: string): Network {
  const [text = "", length = "", ...more] = value.split("/");
  const address = addressOf(text, value);
  const version = address.includes(":") ? 6 : 4;
  const most = version === 4 ? 32 : 128;
  if (!/^\d{1,3}$/.test(length) || Number(length) > most || more.length > 0) {
    throw new FilterFault(`ip: ${value} must end with /0 to /${most}`);
  }
  const rest = BigInt(most - Number(length));
  return { version, rest, prefix: addressBits(address) >> rest };
}

/** As flows have it. */
function addressOf(text: string, value: string): string {
  const version = isIP(text);
  if (version === 0) throw new FilterFault(`ip: ${value} is neither an address nor a network`);
  return version === 6 ? asAddressText(text) : text;
}

export function versionTest(values: readonly string[]): Test {
  return ({ sourceAddress, destinationAddress }) => {
    const address = sourceAddress || destinationAddress;
    return address !== "" && values.includes(address.includes(":") ? "IPv6" : "IPv4");
  };
}
