import {
  Client,
  type ClientOptions,
  type ClientReadableStream,
  connectivityState,
  credentials,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { FLOWS_REQUESTS } from "../../hubble/codecs.ts";
import { OBSERVER } from "../../hubble/services.ts";
import { SourceFault } from "./faults.ts";
import type { HubbleTls } from "./settings.ts";
import { type SignTimes, watchSigns } from "./signs-of-life.ts";
import { readTlsFiles } from "./tls-files.ts";

/** An event has some kilobytes, with all labels of both ends. */
const MAX_EVENT_BYTES = 1024 * 1024;
/** On its way at once: with HTTP/2's 64 KiB, a relay far away or a busy machine would bound what is told. */
const WINDOW_BYTES = 1024 * 1024;
const SIGNS: SignTimes = { everyMs: 30_000, waitMs: 10_000 };

export interface StreamListener {
  /** It answers; called again and again. */
  onOpen(): void;
  /** It has not answered at all so far, and is waited for; called again and again. */
  onSilent(fault: SourceFault): void;
  onFrame(bytes: Buffer): void;
}

/**
 * Asks an observer for flows and for those to come, from `sinceMs` on where that is given. Returns once the stream has ended.
 * @throws SourceFault
 */
export async function readObserver(
  address: string,
  tls: HubbleTls | undefined,
  sinceMs: number | undefined,
  listener: StreamListener,
  signal: AbortSignal,
  signs = SIGNS,
): Promise<void> {
  const client = new Client(address, tls ? tlsCredentials(tls) : credentials.createInsecure(), optionsOf(tls));
  try {
    await follow(client, { sinceMs, signs, signal }, listener);
  } finally {
    client.close();
  }
}

interface Asked {
  sinceMs: number | undefined;
  signs: SignTimes;
  signal: AbortSignal;
}

function follow(client: Client, { sinceMs, signs, signal }: Asked, { onOpen, onSilent, onFrame }: StreamListener) {
  const request = { number: 0, first: false, follow: true, blacklist: [], whitelist: [], sinceMs, untilMs: undefined };
  const pass = (bytes: Buffer) => bytes;
  // Frames are decoded by who listens: one that makes no sense must not end the stream.
  const stream: ClientReadableStream<Buffer> = client.makeServerStreamRequest(
    OBSERVER.GetFlows.path,
    FLOWS_REQUESTS.encode,
    pass,
    request,
  );
  return new Promise<void>((resolve, reject) => {
    const cancel = () => stream.cancel();
    signal.addEventListener("abort", cancel, { once: true });
    const end = (error?: SourceFault) => {
      signal.removeEventListener("abort", cancel);
      stopWatching();
      if (signal.aborted) resolve();
      else reject(error ?? new SourceFault("ended", ""));
    };
    const onSilence = () => {
      const fault = new SourceFault("silent", `${signs.waitMs / 1000} s`);
      // gRPC's client does not close a connection that the other side has yet to say a word on: each try would be one more.
      if (client.getChannel().getConnectivityState(false) !== connectivityState.READY) return onSilent(fault);
      end(fault);
      cancel();
    };
    const stopWatching = watchSigns(client, signs, { onSign: onOpen, onSilence });
    stream.on("data", onFrame);
    stream.on("error", (error: ServiceError) => end(faultOf(error)));
    stream.on("end", () => end());
    if (signal.aborted) cancel();
  });
}

function tlsCredentials(tls: HubbleTls) {
  const { ca, key, cert } = readTlsFiles(tls);
  try {
    return credentials.createSsl(ca, key, cert);
  } catch (error) {
    throw new SourceFault("bad_tls_file", error instanceof Error ? error.message : String(error));
  }
}

function optionsOf(tls: HubbleTls | undefined): ClientOptions {
  return {
    "grpc.max_receive_message_length": MAX_EVENT_BYTES,
    "grpc.enable_retries": 0,
    "grpc-node.flow_control_window": WINDOW_BYTES,
    // The way out is as given: a proxy of the environment is for what goes to the internet.
    "grpc.enable_http_proxy": 0,
    "grpc.use_local_subchannel_pool": 1,
    ...(tls?.serverName === undefined ? {} : { "grpc.ssl_target_name_override": tls.serverName }),
  };
}

const REFUSED = new Set([status.UNAUTHENTICATED, status.PERMISSION_DENIED, status.INVALID_ARGUMENT]);
const TLS = /certificate|TLS|SSL|altname|alert|EPROTO|self.signed|issuer/i;

function faultOf({ code, details }: ServiceError): SourceFault {
  const detail = details.slice(0, 200);
  if (code === status.UNIMPLEMENTED || code === status.NOT_FOUND) return new SourceFault("not_hubble", detail);
  if (REFUSED.has(code)) return new SourceFault("refused", detail);
  if (code === status.RESOURCE_EXHAUSTED && /larger than max/.test(details)) return new SourceFault("too_long", detail);
  if (code === status.UNAVAILABLE && TLS.test(details)) return new SourceFault("tls", detail);
  if (code === status.UNAVAILABLE && /No connection|resolution/i.test(details)) {
    return new SourceFault("unreachable", detail);
  }
  return new SourceFault("broken", detail);
}
