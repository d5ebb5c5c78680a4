import type Docker from "dockerode";
import { StartError } from "../errors.ts";
import type { Host } from "../lib/host.ts";

/** A named volume, and the user that docker-compose.yml lets write to it. */
export interface OwnedVolume {
  name: string;
  uid: number;
}

export function ownedVolumes(project: string): OwnedVolume[] {
  return [
    { name: `${project}_prometheus-data`, uid: 60_903 },
    { name: `${project}_flow-data`, uid: 60_906 },
  ];
}

interface HandOver {
  docker: Docker;
  host: Host;
  /** Any image with Node at /bin/node. */
  image: string;
  volumes: readonly OwnedVolume[];
}

/** Those that are not here yet. */
export async function missingVolumes(docker: Docker, volumes: readonly OwnedVolume[]): Promise<OwnedVolume[]> {
  const { Volumes } = await docker.listVolumes();
  return volumes.filter(({ name }) => !Volumes.some(({ Name }) => Name === name));
}

/**
 * Gives each volume to its user where it is another's: an earlier version's, or the one that the image a new volume was
 * filled from is made for. Containers that use such a volume are stopped.
 * @returns those that changed hands.
 * @throws StartError VOLUME_NOT_HANDED_OVER
 */
export async function handOverVolumes({ docker, host, image, volumes }: HandOver): Promise<OwnedVolume[]> {
  const foreign: OwnedVolume[] = [];
  for (const volume of volumes) {
    if ((await ownerOf(docker, host, volume)) === volume.uid) continue;
    await stopUsers(docker, volume);
    await chown(docker, image, volume);
    foreign.push(volume);
  }
  return foreign;
}

/** User of the volume's folder; undefined where this host does not know it, as for an engine that maps user ids. */
async function ownerOf(docker: Docker, host: Host, { name }: OwnedVolume): Promise<number | undefined> {
  const { Mountpoint } = await docker.getVolume(name).inspect();
  const found = await host.runAsRoot("stat", ["--format=%u", Mountpoint]);
  return found.ok ? Number(found.stdout) : undefined;
}

async function stopUsers(docker: Docker, { name }: OwnedVolume): Promise<void> {
  const users = await docker.listContainers({ filters: { volume: [name] } });
  await Promise.all(users.map(({ Id }) => docker.getContainer(Id).stop()));
}

// No link is followed: what the volume's last user left there decides nothing but names within it.
const SCRIPT = `
const { lchownSync, readdirSync } = require("node:fs");
const give = (file) => lchownSync(file, Number(process.argv[1]), Number(process.argv[1]));
const walk = (folder) => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    give(folder + "/" + entry.name);
    if (entry.isDirectory()) walk(folder + "/" + entry.name);
  }
};
walk("/volume");
give("/volume");
`;

/** By a container that sees nothing but the volume, so that nothing else can be given away. */
async function chown(docker: Docker, image: string, { name, uid }: OwnedVolume): Promise<void> {
  const container = await docker.createContainer({
    Image: image,
    User: "0:0",
    Entrypoint: ["/bin/node", "-e", SCRIPT, String(uid)],
    Cmd: [],
    NetworkDisabled: true,
    HostConfig: {
      Binds: [`${name}:/volume:nocopy`],
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      CapAdd: ["CHOWN", "DAC_READ_SEARCH"],
      SecurityOpt: ["no-new-privileges"],
    },
  });
  try {
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    if (StatusCode === 0) return;
    throw notHandedOver(name, uid, String(await container.logs({ stderr: true, tail: 5 })));
  } finally {
    await container.remove({ force: true, v: true });
  }
}

function notHandedOver(name: string, uid: number, why: string): StartError {
  return new StartError("VOLUME_NOT_HANDED_OVER", {
    what: `The owner of the volume ${name} could not be changed to user ${uid}`,
    why: why.trim(),
    fix: `change its owner yourself: chown -R ${uid}:${uid} "$(docker volume inspect --format '{{.Mountpoint}}' ${name})"`,
  });
}
