import { chmod, lstat, readdir } from "node:fs/promises";
import path from "node:path";

/** The folders of the repository that docker-compose.yml mounts into containers. */
const MOUNTED = ["alertmanager", "docker-filter", "grafana/provisioning", "grafana/dashboards", "guard", "prometheus"];

/** What everybody may do with the repository's own files: read them, and enter folders. */
const FOLDER = 0o055;
const FILE = 0o044;

/**
 * Lets the containers' users, none of whom owns the checkout, read what is mounted from it: a user whose umask is 077
 * has it for himself. Folders above stay as they are; a mount does not pass through them.
 */
export async function letContainersRead(root: string): Promise<void> {
  for (const folder of MOUNTED) await addRights(path.join(root, folder));
}

async function addRights(place: string): Promise<void> {
  const status = await lstat(place);
  if (status.isSymbolicLink()) return;
  const wanted = status.mode | (status.isDirectory() ? FOLDER : FILE);
  // Where nothing is missing, nobody but the owner of the checkout could change it, and need not.
  if (wanted !== status.mode) await chmod(place, wanted & 0o7777);
  if (!status.isDirectory()) return;
  for (const name of await readdir(place)) await addRights(path.join(place, name));
}
