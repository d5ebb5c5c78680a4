import Docker from "dockerode";

const AT_ONCE = 8;

/** A container that lives as long as its command. */
export interface Momentary {
  name: string;
  command: readonly string[];
}

/** Runs each container to its end and removes it, several at once. Returns their exit codes and how long it took. */
export async function runCrowd(image: string, network: string, crowd: readonly Momentary[]) {
  const docker = new Docker();
  const start = performance.now();
  const left = [...crowd];
  const exitCodes: number[] = [];
  const worker = async () => {
    for (let one = left.shift(); one; one = left.shift()) exitCodes.push(await runOne(docker, image, network, one));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { seconds: (performance.now() - start) / 1000, exitCodes };
}

/** Returns its exit code. */
async function runOne(docker: Docker, image: string, network: string, { name, command }: Momentary): Promise<number> {
  const container = await docker.createContainer({
    name,
    Image: image,
    Cmd: [...command],
    HostConfig: { NetworkMode: network, AutoRemove: true },
  });
  // Asked for before it starts: it may end at once.
  const removed = container.wait({ condition: "removed" }) as Promise<{ StatusCode: number }>;
  await container.start();
  return (await removed).StatusCode;
}
