import type { Host } from "../lib/host.ts";

/**
 * Of Go's own settings only the proxy: whatever it hands out is held against go.sum. Those that switch that off or reach
 * into the build (GOFLAGS, GONOSUMDB, GOPRIVATE, GOINSECURE …) stay with whoever set them.
 */
const PASSED_ON = ["GOPROXY", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];

/** What this host's environment says about reaching the network, as build arguments; only what is set. */
export function hostArgs(env: Host["env"]): Record<string, string> {
  return Object.fromEntries(PASSED_ON.flatMap((name) => (env[name] ? [[name, env[name]] as const] : [])));
}
