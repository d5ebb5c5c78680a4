import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Bench, Part } from "../bench.ts";
import { count, megabytes, percent, short } from "../lib/format.ts";
import type { Served } from "../load/hubble-server.ts";
import { nodeFlags } from "../rig/exporter.ts";
import { BenchFollower } from "../rig/hubble-follower.ts";

const PER_SECOND = 20_000;
const SECONDS = 20;
/** For those who follow to read what is left for them. */
const MAX_WAIT_MS = 90_000;
const PROGRAM = path.join(import.meta.dirname, "../load/hubble-server.ts");

const FOLLOWERS: readonly { name: string; bytesPerSecond: number }[] = [
  { name: "reads all at once", bytesPerSecond: Number.POSITIVE_INFINITY },
  { name: "reads 5 MB a second", bytesPerSecond: 5e6 },
  { name: "reads 0.5 MB a second", bytesPerSecond: 5e5 },
];

export const hubbleServe: Part = {
  name: "hubble-serve",
  run: async ({ projectRoot, signal, report }: Bench) => {
    report(`${count(PER_SECOND)} events a second to ${FOLLOWERS.length} who follow, ${SECONDS} s`);
    const execArgv = [...(await nodeFlags(path.join(projectRoot, "exporters/flow-exporter")))];
    const server = fork(PROGRAM, [`${PER_SECOND}`, `${SECONDS}`], { signal, killSignal: "SIGKILL", execArgv });
    const ended = once(server, "exit");
    try {
      const [port] = (await once(server, "message")) as [number];
      const followers = FOLLOWERS.map(({ name, bytesPerSecond }) => ({
        name,
        one: new BenchFollower(port, bytesPerSecond),
      }));
      await Promise.all(followers.map(({ one }) => one.follow()));
      server.send("start");
      const [served] = (await once(server, "message")) as [Served];
      const isThrough = () => followers.every(({ one: { got } }) => got.events + got.lost >= served.events);
      for (let waited = 0; !isThrough() && waited < MAX_WAIT_MS; waited += 100) await sleep(100);
      const rows = followers.map(({ name, one: { got } }) => [
        name,
        count(got.events),
        count(got.lost),
        count(got.losses),
        percent((got.events + got.lost) / served.events),
      ]);
      for (const { one } of followers) one.close();
      const columns = ["follower", "events", "lost", "LostEvents", "of all events"];
      return {
        title: "Serving Hubble's clients",
        method: METHOD,
        tables: [{ title: "Followers", columns, rows }, costOf(served)],
      };
    } finally {
      if (server.connected) server.disconnect();
      await ended.catch(() => {});
    }
  },
};

const METHOD = [
  `Half of the events are of flows that begin, half of flows that end, as the exporter hands them on: a cycle's worth each second, made
into Hubble's events, copied to the thread that serves, filtered, encoded once and written over HTTP/2 to each of three clients on the
same machine. What is of all events: got, or told as lost. CPU is of both threads of the process that serves; the longest hold-up is
of its main one, where an exporter has its cycles.`,
];

function costOf({ events, seconds, cpuSeconds, rssBytes, longestMs }: Served) {
  const columns = [
    "events",
    "a second",
    "CPU of one",
    "memory before, MB",
    "memory at most, MB",
    "longest hold-up, ms",
  ];
  const cells = [
    count(events),
    count(events / seconds),
    percent(cpuSeconds / seconds),
    megabytes(rssBytes.idle),
    megabytes(rssBytes.most),
    short(longestMs),
  ];
  return { title: "What it takes", columns, rows: [cells] };
}
