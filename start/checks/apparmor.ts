import { apparmorTools } from "../install/apparmor.ts";
import type { Check } from "./types.ts";

const ENABLED = "/sys/module/apparmor/parameters/enabled";

export const apparmor: Check = {
  title: "AppArmor",
  run: async ({ host }) => {
    const isOn = (await host.readText(ENABLED))?.trim() === "Y";
    if (!isOn) return { status: "ok", detail: "off" };
    if ((await host.which("apparmor_parser")) !== undefined) return { status: "ok", detail: "on" };
    return {
      status: "missing",
      code: "APPARMOR_NOT_INSTALLED",
      detail: "on, but its tools are missing",
      why: "Docker loads an AppArmor profile for each container and cannot start any without `apparmor_parser`",
      fix: "install the package apparmor",
      installer: apparmorTools,
    };
  },
};
