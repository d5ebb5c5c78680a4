import { explained, type Pair, rankCorrelation } from "./association.ts";
import { type Cell, type ColumnName, columnsOf, type Row } from "./columns.ts";

/** What a model may see of a row: a column's value, or how much it differs from that of the container's row before. */
type View = "value" | "difference";

/** How a view of a column goes with the flow's own size. */
interface Measure {
  column: ColumnName;
  view: View;
  /** Rows that it was measured on. */
  rows: number;
  /** Of them, those whose size is new; and of those, the ones where this view is the size. */
  newRows: number;
  equalRows: number;
  /** Spearman's; undefined: either never changes. */
  rankCorrelation: number | undefined;
  /** R² on rows that were held out, of the size's logarithm, among flows of one kind; undefined: it cannot be told. */
  explained: number | undefined;
  /** Why this gives the size away; undefined: it does not. */
  leak: string | undefined;
}

export interface LeakReport {
  verdict: "clean" | "leaks" | "too few rows";
  rows: number;
  /** Of all columns but `first_call`. */
  measures: readonly Measure[];
  /** Of `first_call`, apart: of a flow with one send call it is the size, and a reader has to know. */
  firstCall: readonly Measure[];
  /** The reasons, one for each view that leaks. */
  leaks: readonly string[];
  /** What could not be told from these rows. */
  notes: readonly string[];
}

export interface LeakOptions {
  /** The sizes were drawn at random: then whatever goes with them at all leaks, and not only what determines them. */
  areSizesRandom?: boolean;
}

/** Rows with fewer say nothing. */
const MIN_ROWS = 30;
/** A size that the container has just had can be known from that: it is no news in a row soon after. */
const RECENT = 10;
/** Of the rows whose size is new: a leak is seen in most of them, chance in hardly any. */
const EQUAL_SHARE = 0.05;
/** One or two equal rows may be chance. */
const EQUAL_ROWS = 3;
/** R² from which a view determines the size. */
const DETERMINED = 0.9;
/** R² that chance does not reach, where nothing but a leak explains anything. */
const EXPLAINED = 0.5;
/** Standard errors of a rank correlation that chance does not reach in some eighty views. */
const STANDARD_ERRORS = 5;
/** They say where a row stands, by clock or by count, and cannot have a size in them. */
const PLACES: readonly ColumnName[] = ["index", "time"];

/** A row that a size can be looked for in. */
interface Told {
  row: Partial<Row>;
  /** The container's row before. */
  before: Partial<Row> | undefined;
  size: number;
  /** Of the container's last row; undefined: this is its first. */
  previousSize: number | undefined;
  isNew: boolean;
  /** Flows of one kind go to the same peer and port: what tells kinds apart explains sizes without a leak. */
  kind: string;
}

/** Looks for the flow's own size in its row: no column, and no column's difference to the row before, may equal or determine it. */
export function leakReport(rows: readonly Partial<Row>[], { areSizesRandom = false }: LeakOptions = {}): LeakReport {
  const told = toldOf(rows);
  const isForeseen = foreseenBy(told) >= DETERMINED;
  const numbers = columnsOf("all").filter(({ kind, name }) => kind !== "text" && !PLACES.includes(name));
  const all = numbers
    .filter(({ name }) => name !== "flow_size")
    .flatMap(({ name }) => (["value", "difference"] as const).map((view) => measure(told, name, view)))
    .filter(({ rows }) => rows > 0)
    .map((one) => ({ ...one, leak: whyLeak(one, isForeseen, areSizesRandom) }));
  const measures = all.filter(({ column }) => column !== "first_call");
  const leaks = measures.flatMap(({ leak }) => leak ?? []);
  const isEnough = told.length >= MIN_ROWS;
  return {
    verdict: leaks.length > 0 ? "leaks" : isEnough ? "clean" : "too few rows",
    rows: told.length,
    measures,
    firstCall: all.filter(({ column }) => column === "first_call"),
    leaks,
    notes: notesOn(told, isForeseen),
  };
}

function toldOf(rows: readonly Partial<Row>[]): Told[] {
  const byContainer = new Map<unknown, { row: Partial<Row>; sizes: number[] }>();
  return rows.flatMap((row) => {
    const size = row.flow_size;
    if (typeof size !== "number") return [];
    const last = byContainer.get(row.container);
    const sizes = last?.sizes ?? [];
    byContainer.set(row.container, { row, sizes: [...sizes, size].slice(-RECENT) });
    const kind = `${row.machine} ${row.destination_port} ${row.is_client}`;
    return [{ row, before: last?.row, size, previousSize: sizes.at(-1), isNew: !sizes.includes(size), kind }];
  });
}

/** How well the size follows from what is no secret: the time, and the size before. */
function foreseenBy(told: readonly Told[]): number {
  const open = [({ row }: Told) => row.time, ({ previousSize }: Told) => previousSize];
  return Math.max(...open.map((value) => explained(grouped(pairsOf(told, value))) ?? 0));
}

function measure(told: readonly Told[], column: ColumnName, view: View): Omit<Measure, "leak"> {
  const pairs = pairsOf(told, (one) => viewed(one, column, view));
  const fresh = pairs.filter(({ isNew }) => isNew);
  return {
    column,
    view,
    rows: pairs.length,
    newRows: fresh.length,
    equalRows: fresh.filter(({ value, size }) => value === size).length,
    rankCorrelation: rankCorrelation(pairs),
    explained: explained(grouped(pairs)),
  };
}

function viewed({ row, before }: Told, column: ColumnName, view: View): Cell {
  const [now, then] = [row[column], before?.[column]];
  if (view === "value") return now;
  return typeof now === "number" && typeof then === "number" ? now - then : undefined;
}

interface Seen extends Pair, Pick<Told, "isNew" | "kind"> {}

function pairsOf(told: readonly Told[], seen: (one: Told) => Cell): Seen[] {
  return told.flatMap((one) => {
    const value = seen(one);
    return typeof value === "number" ? [{ value, size: one.size, isNew: one.isNew, kind: one.kind }] : [];
  });
}

function grouped(pairs: readonly Seen[]): readonly Seen[][] {
  return [...Map.groupBy(pairs, ({ kind }) => kind).values()];
}

function whyLeak(one: Omit<Measure, "leak">, isForeseen: boolean, areSizesRandom: boolean): string | undefined {
  const what = one.view === "value" ? one.column : `the difference of ${one.column} to the row before`;
  const isEqual = one.equalRows >= EQUAL_ROWS && one.equalRows >= EQUAL_SHARE * one.newRows;
  if (isEqual) return `${what} equals flow_size in ${one.equalRows} of ${one.newRows} rows whose size is new`;
  if (one.rows < MIN_ROWS) return undefined;
  const [explains = 0, correlation = 0] = [one.explained, one.rankCorrelation];
  if (!isForeseen && explains >= (areSizesRandom ? EXPLAINED : DETERMINED))
    return `${what} ${explains >= DETERMINED ? "determines" : "explains"} flow_size: R² ${explains.toFixed(3)} on rows held out`;
  const errors = Math.abs(correlation) * Math.sqrt(one.rows - 1);
  if (areSizesRandom && errors >= STANDARD_ERRORS)
    return `${what} goes with a flow_size that was drawn at random: rank correlation ${correlation.toFixed(3)}, ${errors.toFixed(1)} standard errors`;
  return undefined;
}

function notesOn(told: readonly Told[], isForeseen: boolean): string[] {
  const isMixed = told.length > 0 && told.every(({ row }) => row.container === undefined);
  return [
    ...(told.length < MIN_ROWS ? [`${told.length} rows are too few to tell: ${MIN_ROWS} are needed`] : []),
    ...(told.length > 0 && told.every(({ isNew }) => !isNew)
      ? ["no size is new: nothing can be told by equality"]
      : []),
    ...(isForeseen ? ["sizes follow from the time or from the size before: only equality can be told"] : []),
    ...(isMixed
      ? [
          "without the column container, differences are to the row before of whichever container: record with --columns all",
        ]
      : []),
  ];
}
