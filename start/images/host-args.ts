import type { Host } from "../lib/host.ts";

const PASSED_ON = [
  "GOPROXY",
  "GONOSUMDB",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
];
const GO_FLAGS = "-mod=readonly";

/** What this host's environment says about reaching the network, as build arguments; only what is set. */
export function hostArgs(env: Host["env"]): Record<string, string> {
  const set = PASSED_ON.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []));
  const goFlags = env.GOFLAGS ? { GOFLAGS: `${GO_FLAGS} ${env.GOFLAGS}` } : {};
  return { ...Object.fromEntries(set), ...goFlags };
}
