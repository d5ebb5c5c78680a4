import { stripVTControlCharacters } from "node:util";
import type { EngineEvent } from "./engine.ts";

const WIDTH = 100;

/** A build's log, line by line, and the few of them worth showing while it runs. */
export interface BuildLog {
  lines: string[];
  add(event: EngineEvent): void;
}

/** Collects a build's output; `show` gets "step 3/9: RUN go build" for each step as it begins. */
export function createBuildLog(show: (line: string) => void): BuildLog {
  const lines: string[] = [];
  return {
    lines,
    add: (event) => {
      for (const line of textLines(event.stream ?? "")) {
        lines.push(line);
        const step = /^Step (\d+\/\d+) : (.+)/.exec(line);
        if (step) show(shorten(`step ${step[1]}: ${step[2]}`));
      }
    },
  };
}

/** Sums up a pull: "pulling, 12 of 96 MB". Layers come in any order, each with its own counts. */
export function createPullProgress(show: (line: string) => void): (event: EngineEvent) => void {
  const layers = new Map<string, { current: number; total: number }>();
  let last = "";
  return ({ id, progressDetail: detail, status }) => {
    if (id === undefined || status !== "Downloading" || detail?.total === undefined) return;
    layers.set(id, { current: detail.current ?? 0, total: detail.total });
    const line = `pulling, ${megabytes(layers, "current")} of ${megabytes(layers, "total")} MB`;
    if (line !== last) show(line);
    last = line;
  };
}

function megabytes(layers: Map<string, { current: number; total: number }>, key: "current" | "total"): number {
  return Math.round([...layers.values()].reduce((sum, layer) => sum + layer[key], 0) / 1e6);
}

function textLines(text: string): string[] {
  return stripVTControlCharacters(text)
    .split(/[\r\n]+/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== "");
}

function shorten(line: string): string {
  const oneLine = line.replaceAll(/\s+/g, " ");
  return oneLine.length <= WIDTH ? oneLine : `${oneLine.slice(0, WIDTH - 1)}…`;
}
