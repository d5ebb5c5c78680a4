import type { Service } from "../../model/service.ts";
import type { OverlayNetwork } from "./reader.ts";

/** The services that have a virtual address on a network. */
export function decodeServices({ Containers, Services }: OverlayNetwork): Service[] {
  const balancerAddresses = Object.entries(Containers ?? {})
    .filter(([id]) => !/^[0-9a-f]{64}$/.test(id))
    .flatMap(([, { IPv4Address = "" }]) => plain(IPv4Address));
  return Object.values(Services ?? {}).flatMap(({ VIP = "", Ports, Tasks }) =>
    plain(VIP).map((virtualAddress) => ({
      virtualAddress,
      taskAddresses: (Tasks ?? []).flatMap(({ EndpointIP = "" }) => plain(EndpointIP)),
      balancerAddresses,
      publishedPorts: (Ports ?? []).flatMap(decodePort),
    })),
  );
}

/** An IPv4 address without the length of its network; none where Docker reports none, as "<nil>". */
function plain(address: string): string[] {
  const [alone] = address.match(/^\d+\.\d+\.\d+\.\d+/) ?? [];
  return alone === undefined ? [] : [alone];
}

/** "Target: 80, Publish: 8080" */
function decodePort(text: string): Service["publishedPorts"] {
  const [, target, published] = text.match(/^Target: (\d+), Publish: (\d+)$/) ?? [];
  return target && published ? [{ hostPort: Number(published), taskPort: Number(target) }] : [];
}
