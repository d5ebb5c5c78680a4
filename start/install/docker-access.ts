import type { Installer } from "./types.ts";

/** For a user with sudo rights: the docker group from the next login on, the socket itself until then. */
export const dockerAccess: Installer = {
  title: "access to the Docker socket",
  commands: async ({ host }) => {
    const user = (await host.run("id", ["-un"])).stdout.trim();
    return [
      ["usermod", "--append", "--groups", "docker", user],
      ["chown", user, "/var/run/docker.sock"],
    ];
  },
};
