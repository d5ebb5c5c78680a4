import path from "node:path";
import type { Settings } from "../settings/index.ts";
import type { HostFacts } from "./host-facts.ts";
import type { Layout } from "./layout.ts";

const SECRETS = "/run/secrets/remote-write";

type NodeName = Pick<Settings, "NODE_NAME">;

/** What this machine is called: in the owners of flows, and in what is sent to a storage of many machines. */
export function nodeNameOf({ NODE_NAME }: NodeName, { node }: Pick<HostFacts, "node">): string {
  return NODE_NAME || node;
}

/** Where Prometheus has the password or token from. */
export function remoteWriteSecrets({ REMOTE_WRITE_URL }: Pick<Settings, "REMOTE_WRITE_URL">, layout: Layout) {
  if (REMOTE_WRITE_URL === "") return {};
  const secrets = path.join(layout.folder, path.basename(path.dirname(layout.remoteWriteSecret)));
  return { volumes: [`./${secrets}:${SECRETS}:ro`] };
}

/** The storage, as Prometheus' configuration has it. */
export function remoteWrite(settings: Settings) {
  return {
    name: "remote",
    url: settings.REMOTE_WRITE_URL,
    ...credentials(settings),
    queue_config: {
      // Some 12,000 samples wait in each: within the memory limit, and enough to catch up.
      max_shards: 8,
      // Else what a busy storage refuses would be lost.
      retry_on_http_429: true,
    },
  };
}

/** By file, which Prometheus reads anew for each request: its configuration may be read by whoever may ask it. */
function credentials({ REMOTE_WRITE_USER, REMOTE_WRITE_PASSWORD, REMOTE_WRITE_BEARER_TOKEN }: Settings) {
  const file = `${SECRETS}/secret`;
  if (REMOTE_WRITE_PASSWORD !== "") return { basic_auth: { username: REMOTE_WRITE_USER, password_file: file } };
  return REMOTE_WRITE_BEARER_TOKEN === "" ? {} : { authorization: { type: "Bearer", credentials_file: file } };
}
