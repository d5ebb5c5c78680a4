import type { Host } from "../lib/host.ts";
import type { Installer } from "./types.ts";

/** For a user with sudo rights: the docker group from the next login on, the socket itself until then. */
export const dockerAccess: Installer = {
  title: "access to the Docker socket",
  meaning: async ({ host }) =>
    `user ${await userOf(host)} joins the group docker, and owns Docker's socket until Docker starts again: every program of that user can then do on this machine what root can, without sudo and without a password (taken back by: gpasswd --delete ${await userOf(host)} docker)`,
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
