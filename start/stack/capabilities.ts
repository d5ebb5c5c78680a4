import type Docker from "dockerode";
import { reasonOf } from "../errors.ts";

/**
 * Whether the engine knows CAP_BPF and CAP_PERFMON. Debian's 20.10 does not, whatever the kernel knows;
 * only the attempt shows it. `image` is any image that is here.
 */
export async function knowsBpfCapability(docker: Docker, image: string): Promise<boolean> {
  try {
    const container = await docker.createContainer({
      Image: image,
      Cmd: ["-"],
      NetworkDisabled: true,
      HostConfig: { CapAdd: ["BPF", "PERFMON"] },
    });
    await container.remove({ v: true });
    return true;
  } catch (error) {
    if (/unknown capability/i.test(reasonOf(error))) return false;
    throw error;
  }
}
