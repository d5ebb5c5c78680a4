import type { Host } from "../lib/host.ts";
import type { Installer } from "./types.ts";

/** For a user with sudo rights: the docker group from the next login on, the socket itself until then. */
export const dockerAccess: Installer = {
  title: "access to the Docker socket",
  meaning: async ({ host }) =>
    `user ${await userOf(host)} is added to the group docker and owns Docker's socket until Docker restarts: every program of that user then has root's rights on this machine, without sudo or a password (to undo: gpasswd --delete ${await userOf(host)} docker)`,
  commands: async ({ host }) => {
    const user = await userOf(host);
    return [
      ["usermod", "--append", "--groups", "docker", user],
      ["chown", user, "/var/run/docker.sock"],
    ];
  },
};

async function userOf(host: Host): Promise<string> {
  return (await host.run("id", ["-un"])).stdout.trim();
}
