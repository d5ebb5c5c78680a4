import { count, short } from "../lib/format.ts";
import { type Goal, verdict } from "../lib/goal.ts";
import type { Table } from "../lib/table.ts";
import { added, type Console, type Costs, KINDS, type Kind } from "./console.ts";
import { offOf } from "./measure.ts";
import { nameOf, type Observer, OFF, type Route, TRACER } from "./script.ts";

/** Instructions that flow-tracer may add with all it counts. */
const GOALS: Readonly<Record<Kind, Goal>> = {
  connection: { most: 3_000 },
  datagram: { most: 500 },
  megabyte: { most: 1_000 },
};

/** What one kernel told. */
export interface Told {
  /** Its series: 6.12. */
  kernel: string;
  console: Console;
}

/** On one route: what the load takes without anything, and what each observer adds, by kernel. */
export function addedTable(route: Route, observers: readonly Observer[], told: readonly Told[]): Table {
  return {
    title: `Instructions over ${route.name}`,
    columns: ["", ...KINDS.flatMap((kind) => [kind, "goal"])],
    rows: told.flatMap(({ kernel, console }) => {
      const off = offOf(console, route);
      const more = (name: string) => added(console.costs(nameOf(route, name)), off);
      return [
        rowOf(`${kernel}: without anything`, off),
        rowOf(`${kernel}: the same, before and after`, more(OFF), "±"),
        ...observers.map(({ name }) => rowOf(`${kernel}: ${name}`, more(name), "+", name === TRACER.name)),
      ];
    }),
  };
}

function rowOf(name: string, costs: Costs, sign: "" | "+" | "±" = "", hasGoal = false): string[] {
  const cells = KINDS.flatMap((kind) => [
    signed(costs[kind], sign),
    hasGoal ? verdict(Math.round(costs[kind]), GOALS[kind]) : "",
  ]);
  return [name, ...cells];
}

function signed(value: number, sign: string): string {
  const shown = value < 0 && sign === "+" ? "−" : sign;
  return `${shown} ${count(Math.abs(value))}`.trim();
}

/** What the tracer's programs took of it, one table for each kind. */
export function programTables({ kernel, console }: Told): Table[] {
  return KINDS.map((kind) => {
    const made = console.number(`programs/${kind}`, `${kind}-all`);
    const programs = console.programs(`${kind}-before`, `${kind}-after`);
    return {
      title: `Programs during a ${kind}, kernel ${kernel}`,
      columns: ["program", "runs each", "instructions a run", "instructions each"],
      rows: programs.map(({ name, runs, instructions }) => {
        return [name, short(runs / made), count(instructions / runs), count(instructions / made)];
      }),
    };
  });
}

/** What is done with a connection later, in user space. */
export function afterwardsTable(told: readonly Told[], peers: readonly Observer[]): Table {
  return {
    title: "Afterwards: instructions for each connection once it has ended, and for each second at rest",
    columns: ["", "connection", "second"],
    rows: told.flatMap(({ kernel, console }) => {
      const exporter = exporterCost(console);
      return [
        [`${kernel}: reading the pins, no more`, count(readingCost(console)), count(restingCost(console))],
        [`${kernel}: flow-exporter, reading included`, count(exporter.connection), count(exporter.second)],
        ...peers.map(({ name }) => [`${kernel}: ${name}, once the load is over`, count(peerCost(console, name)), ""]),
      ];
    }),
  };
}

function readingCost(console: Console): number {
  const grown = console.number("reading/after-load", "reading") - restingCost(console);
  return grown / console.number("reading/load", "connection-all");
}

function restingCost(console: Console): number {
  return console.number("reading/at-rest", "reading");
}

function peerCost(console: Console, name: string): number {
  const spent = (moment: string) => console.number(`peer/${name}/${moment}`, "spent");
  return (spent("after") - spent("before")) / console.number(`peer/${name}`, "connection-all");
}

/** What it runs at rest is taken off for the whole time. */
function exporterCost(console: Console): { connection: number; second: number } {
  const between = (from: string, to: string, what: string) =>
    console.number(`exporter/${to}`, what) - console.number(`exporter/${from}`, what);
  const rest = between("rest-before", "rest-after", "spent") / between("rest-before", "rest-after", "uptime");
  const loaded = between("rest-after", "after-load", "spent");
  const more = loaded - rest * between("rest-after", "after-load", "uptime");
  return { connection: more / console.sum("exporter/load", "connection-all"), second: rest * 100 };
}
