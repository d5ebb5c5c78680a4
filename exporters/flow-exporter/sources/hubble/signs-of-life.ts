import { type Client, type ServiceError, status } from "@grpc/grpc-js";
import { OBSERVER } from "../../hubble/services.ts";

export interface SignTimes {
  /** Between an answer and the next question, and how long an answer may take. */
  everyMs: number;
  waitMs: number;
}

interface SignListener {
  onSign(): void;
  onSilence(): void;
}

/** Of these the stream of flows tells more. */
const NO_SIGN = new Set([status.UNAVAILABLE, status.CANCELLED]);

/**
 * Asks an observer for its status again and again, until what is returned is called. On the stream of flows it
 * says nothing before there is one, so that who takes connections and answers nobody, or is gone without a word, would look like
 * one with nothing to tell. gRPC's own pings are no way to know: servers of its Go library, as Hubble's are, end a connection
 * over which several come within five minutes. An answer that is a refusal is one.
 */
export function watchSigns(client: Client, { everyMs, waitMs }: SignTimes, listener: SignListener): () => void {
  const { path, requestSerialize, responseDeserialize } = OBSERVER.ServerStatus;
  let timer: NodeJS.Timeout | undefined;
  let isWatching = true;
  const onAnswer = (error: ServiceError | null) => {
    if (!isWatching) return;
    timer = setTimeout(ask, everyMs);
    if (error?.code === status.DEADLINE_EXCEEDED) listener.onSilence();
    else if (!error || !NO_SIGN.has(error.code)) listener.onSign();
  };
  const ask = () => {
    const deadline = Date.now() + waitMs;
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, {}, { deadline }, onAnswer);
  };
  ask();
  return () => {
    isWatching = false;
    clearTimeout(timer);
  };
}
