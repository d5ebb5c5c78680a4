import { reasonOf } from "../errors.ts";
import type { Settings } from "../settings/index.ts";
import { THIS_MACHINE } from "../settings/loopback.ts";
import type { Check, Finding } from "./types.ts";

const ANSWER_MS = 5_000;

/**
 * Whether the storage that samples go to answers, and takes the credentials. Never a fault: it may be away for a while, and
 * Prometheus keeps what it could not send.
 */
export const remoteWrite: Check = {
  title: "Remote write",
  run: async ({ settings }) => {
    if (settings.REMOTE_WRITE_URL === "") return { status: "ok", detail: "off (REMOTE_WRITE_URL is empty)" };
    const { hostname, origin } = new URL(settings.REMOTE_WRITE_URL);
    if (hostname === THIS_MACHINE) {
      return { status: "ok", detail: `${origin}, not asked: only containers know this name` };
    }
    try {
      return judged(origin, await ask(settings));
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      return warning(`${origin} does not answer`, reasonOf(cause), "check REMOTE_WRITE_URL, and that the storage runs");
    }
  },
};

/** The length 0, as Snappy begins: an empty request, which stores nothing. */
const EMPTY_REQUEST = Uint8Array.of(0);

async function ask(settings: Settings): Promise<number> {
  const response = await fetch(settings.REMOTE_WRITE_URL, {
    method: "POST",
    headers: {
      "content-type": "application/x-protobuf",
      "content-encoding": "snappy",
      "x-prometheus-remote-write-version": "0.1.0",
      ...authorization(settings),
    },
    body: EMPTY_REQUEST,
    redirect: "manual",
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  await response.body?.cancel();
  return response.status;
}

function authorization({ REMOTE_WRITE_USER, REMOTE_WRITE_PASSWORD, REMOTE_WRITE_BEARER_TOKEN }: Settings) {
  if (REMOTE_WRITE_BEARER_TOKEN !== "") return { authorization: `Bearer ${REMOTE_WRITE_BEARER_TOKEN}` };
  if (REMOTE_WRITE_PASSWORD === "") return {};
  const credentials = Buffer.from(`${REMOTE_WRITE_USER}:${REMOTE_WRITE_PASSWORD}`).toString("base64");
  return { authorization: `Basic ${credentials}` };
}

function judged(origin: string, status: number): Finding {
  if (status === 401 || status === 403) {
    const fix = "correct REMOTE_WRITE_USER and REMOTE_WRITE_PASSWORD, or REMOTE_WRITE_BEARER_TOKEN";
    return warning(`${origin} refuses these credentials (${status})`, "what it refuses is lost", fix);
  }
  if (status < 300) return { status: "ok", detail: `${origin} answers` };
  const fix = "check the path in REMOTE_WRITE_URL, such as /api/v1/write";
  return warning(`${origin} answers ${status}`, "nothing takes remote writes there, or it is out of order", fix);
}

function warning(detail: string, why: string, fix: string): Finding {
  return { status: "warning", detail, why, fix };
}
