import type { Prometheus } from "./prometheus.ts";

/** How sending to the remote storage goes. */
export interface RemoteWriteState {
  /** The scheme, host and port that samples go to. */
  storage: string;
  /** Between the newest sample that Prometheus has and the newest one that it has sent. */
  behind_seconds: number;
  /** Samples that the storage refused within the last five minutes, which are lost. */
  refused_recently: number;
}

/** Before anything is sent, what is sent counts from Prometheus' start. An alert goes by the same. */
const BEHIND = `max(prometheus_remote_storage_highest_timestamp_in_seconds{job="prometheus"})
  - max(clamp_min(prometheus_remote_storage_queue_highest_sent_timestamp_seconds{job="prometheus"},
      scalar(process_start_time_seconds{job="prometheus"})))`;
const REFUSED = 'sum(increase(prometheus_remote_storage_samples_failed_total{job="prometheus"}[5m]))';

/** Null where Prometheus does not tell, or has nowhere to send to. */
export async function readRemoteWriteState(url: string, prometheus: Prometheus): Promise<RemoteWriteState | null> {
  if (url === "") return null;
  try {
    const [behind, refused] = await Promise.all([prometheus.query(BEHIND), prometheus.query(REFUSED)]);
    const seconds = behind[0]?.value;
    if (seconds === undefined) return null;
    return {
      storage: new URL(url).origin,
      behind_seconds: Math.max(0, seconds),
      refused_recently: Math.round(refused[0]?.value ?? 0),
    };
  } catch {
    return null;
  }
}
