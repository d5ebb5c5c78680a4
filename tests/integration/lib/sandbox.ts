import type Docker from "dockerode";

/** A network of its own and the containers on it, all removed together. */
export interface Sandbox {
  /**
   * Runs a Node script in a container; resolves once it has printed `until`.
   * @param settings reach the script as JSON in the variable SETTINGS.
   */
  run(name: string, script: string, settings: object, until: string): Promise<Docker.Container>;
  remove(): Promise<void>;
}

/**
 * @param image has Node as /bin/node.
 * @param kind of network; a bridge of this host unless said otherwise.
 */
export async function createSandbox(
  docker: Docker,
  image: string,
  networkName: string,
  kind: Pick<Docker.NetworkCreateOptions, "Driver" | "Attachable"> = {},
): Promise<Sandbox> {
  const network = await docker.createNetwork({ Name: networkName, CheckDuplicate: true, ...kind });
  const containers: Docker.Container[] = [];
  return {
    run: async (name, script, settings, until) => {
      const container = await docker.createContainer({
        name,
        Image: image,
        Entrypoint: ["/bin/node", "-e", script],
        Env: [`SETTINGS=${JSON.stringify(settings)}`],
        HostConfig: { NetworkMode: networkName },
      });
      containers.push(container);
      await container.start();
      await printed(container, until);
      return container;
    },
    remove: async () => {
      // Some tests remove a container themselves.
      for (const container of containers) await container.remove({ force: true, v: true }).catch(ignoreMissing);
      await network.remove();
    },
  };
}

function ignoreMissing(error: unknown): void {
  if ((error as { statusCode?: number }).statusCode !== 404) throw error;
}

/** An emulated machine takes a minute to start a container. */
const DEADLINE_MS = 300_000;

async function printed(container: Docker.Container, word: string): Promise<void> {
  const log = (await container.logs({ follow: true, stdout: true, stderr: true })) as NodeJS.ReadableStream & {
    destroy(error: Error): void;
  };
  const timer = setTimeout(() => log.destroy(new Error(`no "${word}" after ${DEADLINE_MS / 1000} s`)), DEADLINE_MS);
  let text = "";
  try {
    for await (const chunk of log) {
      text += String(chunk);
      if (text.includes(word)) return;
    }
  } finally {
    clearTimeout(timer);
  }
  throw new Error(`the container ended without "${word}": ${text}`);
}
