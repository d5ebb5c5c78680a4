import { z } from "zod";

/** How the exporter that wrote a checkpoint relates to this one. */
interface Restart {
  /** The kernel has not booted meanwhile: its cookies and times mean the same. */
  sameBoot: boolean;
  /** Since boot. */
  nowNs: number;
}

/** A part of the exporter that goes on where an earlier one was. All write into one object: their keys differ. */
export interface Participant {
  /** As of one moment between two readings: plain values that nothing changes until it is called again. */
  save(): Readonly<Record<string, unknown>>;
  /**
   * Checks what an earlier exporter wrote, of which it takes its own keys; the function that it returns goes on from there.
   * @throws Error that says what is wrong with it.
   */
  prepare(file: unknown): (restart: Restart) => void;
}

/** What is in a file, as its schema says. @throws Error with all that is wrong. */
export function checked<Schema extends z.ZodType>(schema: Schema, file: unknown): z.output<Schema> {
  const parsed = schema.safeParse(file);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  return parsed.data;
}
