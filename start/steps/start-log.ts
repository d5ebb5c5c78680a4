import { closeSync, constants, lstatSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import path from "node:path";
import { reasonOf } from "../errors.ts";
import { printable } from "../lib/printable.ts";
import type { Step } from "./step.ts";

const TAIL_LINES = 12;

/** Through no link, which may lead to another's file; and without waiting for the reader of a pipe. */
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Everything the steps of a start report, in a file: what apt, the image builds and Compose print is shown nowhere else. */
export interface StartLog {
  /** The same step, whose progress and end go into the log too. */
  recorded<Context>(step: Step<Context>): Step<Context>;
  /** The last lines of the step that ran last, also where the file does not have them. */
  tail(): string[];
  /** Whether the file has all that was reported. */
  isWhole(): boolean;
  close(): void;
}

/**
 * Begins the log anew, and keeps the one before it beside it: the user who starts again because a start failed still has
 * its reasons. Written line by line at once, so that it is whole also after a start that was killed. A file that
 * cannot be written, as on a full disk, fails no start and hides no reason of one that fails.
 * @param warn told once, why there is no log, or no more of it
 */
export function openStartLog(
  file: string,
  warn: (reason: string) => void,
  now: () => Date = () => new Date(),
): StartLog {
  const log = openFile(file, warn);
  let lines: string[] = [];
  const write = (text: string) =>
    log.attempt((descriptor) => writeSync(descriptor, `${now().toISOString()} ${text}\n`));
  const add = (text: string) => {
    const line = printable(text).trimEnd();
    if (line === "" || line === lines.at(-1)) return;
    lines = [...lines.slice(1 - TAIL_LINES), line];
    write(`  ${line}`);
  };
  return {
    recorded: (step) => ({
      title: step.title,
      run: async (context, report) => {
        lines = [];
        write(step.title);
        try {
          const done = await step.run(context, (line, kind) => {
            for (const one of line.split("\n")) add(one);
            report(line, kind);
          });
          write(`${step.title}: ${printable(done)}`);
          return done;
        } catch (error) {
          write(`${step.title} failed: ${printable(error instanceof Error ? error.message : String(error))}`);
          throw error;
        }
      },
    }),
    tail: () => lines,
    isWhole: log.isOpen,
    close: () => log.attempt(closeSync),
  };
}

/** A file that is given up at the first failure, with one warning. */
function openFile(file: string, warn: (reason: string) => void) {
  let descriptor: number | undefined;
  const guard = (action: () => void) => {
    try {
      action();
    } catch (error) {
      descriptor = undefined;
      warn(reasonOf(error));
    }
  };
  guard(() => {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    keepLast(file);
    descriptor = openSync(file, FLAGS, 0o600);
  });
  return {
    isOpen: () => descriptor !== undefined,
    attempt: (action: (descriptor: number) => void) => {
      const open = descriptor;
      if (open !== undefined) guard(() => action(open));
    },
  };
}

/** Renamed, not copied: a start that is still running goes on in its own log. Only a file, for a device is no log. */
function keepLast(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile()) renameSync(file, `${file}.1`);
}
