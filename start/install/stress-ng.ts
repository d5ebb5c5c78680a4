import type { Installer } from "./types.ts";

/** Makes the loads of `npm run stress`. */
export const stressNg: Installer = {
  title: "stress-ng",
  packages: async () => ["stress-ng"],
};
