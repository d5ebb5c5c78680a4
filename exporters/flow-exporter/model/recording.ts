/** `kept`: it has ended, and has not been fetched; `failed`: there is none, for the reason given. */
export type RecorderState = "idle" | "recording" | "ending" | "kept" | "failed";

/** How it is with the recording that an exporter makes. */
export interface RecorderStatus {
  state: RecorderState;
  /** When the one that it is about was begun, which tells it from the next; null: there is none. */
  started_at: string | null;
  /** On disk. */
  cycles: number;
  /** Those that the disk was too slow for. */
  lost_cycles: number;
  bytes: number;
  /** Why nothing more is written: it was asked to end, there is no more room, or the disk failed; null while more is. */
  ending: "asked" | "full" | "failed" | null;
  reason: string;
}

/** That an exporter shows a recording. */
export interface ReplayStatus {
  recorded_at: string;
  cycles: number;
  /** Those that a slow disk left no room for as it was made. */
  lost_cycles: number;
  /** How many have been counted; once all are, time stands still. */
  replayed: number;
}
