import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Step } from "./step.ts";

const TAIL_LINES = 12;

/** Everything the steps of a start report, in a file: what apt, the image builds and Compose print is shown nowhere else. */
export interface StartLog {
  /** The same step, whose progress and end go into the log too. */
  recorded<Context>(step: Step<Context>): Step<Context>;
  /** The last lines of the step that ran last. */
  tail(): string[];
  close(): void;
}

/** Begins the log anew. Written line by line at once, so that it is whole also after a start that was killed. */
export function openStartLog(file: string, now: () => Date = () => new Date()): StartLog {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const log = openSync(file, "w", 0o600);
  let lines: string[] = [];
  const write = (text: string) => void writeSync(log, `${now().toISOString()} ${text}\n`);
  const add = (text: string) => {
    const line = stripVTControlCharacters(text).trimEnd();
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
          write(`${step.title}: ${done}`);
          return done;
        } catch (error) {
          write(`${step.title} failed: ${error instanceof Error ? error.message : String(error)}`);
          throw error;
        }
      },
    }),
    tail: () => lines,
    close: () => closeSync(log),
  };
}
