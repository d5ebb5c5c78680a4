import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { columnsThatFit } from "../lib/columns.ts";
import { nextSort, type Sort } from "../lib/sort.ts";
import { type Slice, sliceOf } from "../lib/virtual.ts";

/** On a narrow screen a row has two lines, so that names are read in full. */
const narrow = matchMedia("(width < 640px)");
const rowPx = () => (narrow.matches ? 44 : 30);

export interface Column<Row> {
  key: string;
  title: string;
  cell(row: Row): ComponentChildren;
  /** What the title means, where a word or two cannot say it. */
  hint?: string;
  /** CSS width; the columns without share what is left. */
  width?: string;
  /** On a phone it has a share of what is left all the same. */
  flexible?: boolean;
  /** Right-aligned, and sorted largest first. */
  numeric?: boolean;
  sortable?: boolean;
  /** Left out where there is no room for it; the last such column goes first. */
  wideOnly?: boolean;
  /** Left out before the others that may be. */
  minor?: boolean;
}

interface Props<Row> {
  /** What the table is, for those who hear it. */
  caption: string;
  columns: readonly Column<Row>[];
  count: number;
  /** Undefined while the row is on its way. */
  rowAt(index: number): Row | undefined;
  keyOf(row: Row): string;
  sort: Sort;
  onSort(sort: Sort): void;
  /** What the button in a row's first cell does. */
  onOpen(row: Row): void;
  selected?: string | undefined;
  onSlice?(slice: Slice): void;
  /** Shown instead of rows. */
  empty: ComponentChildren;
}

/** A table of any length that draws only the rows in sight; arrow keys move between the rows. */
export function VirtualTable<Row>(props: Props<Row>) {
  const { caption, count, sort, onSort, empty } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller);
  const columns = columnsThatFit(props.columns, width);
  const leftOut = props.columns.filter((column) => !columns.includes(column)).map(({ key }) => key);
  const slice = useSlice(scroller, count, props.onSlice);
  const [current, setCurrent] = useState(0);
  const focus = useRowFocus(scroller, count, setCurrent);
  const indexes = Array.from({ length: slice.end - slice.start }, (_, offset) => slice.start + offset);
  const tabRow = current >= slice.start && current < slice.end ? current : slice.start;

  return (
    <div class="table-scroll" ref={scroller} data-testid="table">
      <table aria-rowcount={count + 1} data-left-out={leftOut.join(" ")}>
        <caption class="unseen">{caption}</caption>
        <colgroup>
          {columns.map(({ key, width, flexible }) => (
            <col key={key} style={width === undefined || (flexible && narrow.matches) ? {} : { width }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <Heading key={column.key} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={focus} tabIndex={-1}>
          <Spacer rows={slice.start} />
          {indexes.map((index) => (
            <Row key={index} {...props} columns={columns} index={index} tabIndex={index === tabRow ? 0 : -1} />
          ))}
          <Spacer rows={count - slice.end} />
        </tbody>
      </table>
      {count === 0 && <div class="empty">{empty}</div>}
    </div>
  );
}

function Heading<Row>({ column, sort, onSort }: { column: Column<Row> } & Pick<Props<Row>, "sort" | "onSort">) {
  const { key, title, hint, numeric = false, sortable = true } = column;
  const order = sort.key === key ? (sort.descending ? "descending" : "ascending") : "none";
  return (
    <th scope="col" class={classOf(column)} title={hint} {...(sortable && { "aria-sort": order })}>
      {sortable ? (
        <button type="button" onClick={() => onSort(nextSort(sort, key, numeric))}>
          {title}
          <span class="arrow" aria-hidden="true">
            {order === "none" ? "" : order === "descending" ? "▾" : "▴"}
          </span>
        </button>
      ) : (
        title
      )}
    </th>
  );
}

function Row<R>(props: Props<R> & { index: number; tabIndex: number }) {
  const { columns, index, rowAt, keyOf, selected, onOpen, tabIndex } = props;
  const row = rowAt(index);
  if (row === undefined) return <Waiting index={index} />;
  const [first, ...others] = columns;
  const chosen = selected !== undefined && keyOf(row) === selected;
  return (
    <tr aria-rowindex={index + 2} class={chosen ? "chosen" : ""} data-index={index}>
      {first && (
        <th scope="row" class={classOf(first)}>
          <button
            type="button"
            class="row-button"
            tabIndex={tabIndex}
            aria-pressed={chosen}
            onClick={() => onOpen(row)}
          >
            {first.cell(row)}
          </button>
        </th>
      )}
      {others.map((column) => (
        <td key={column.key} class={classOf(column)}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

function Waiting({ index }: { index: number }) {
  return (
    <tr aria-rowindex={index + 2} class="waiting">
      <td>…</td>
    </tr>
  );
}

/** Takes the place of rows that are out of sight. */
function Spacer({ rows }: { rows: number }) {
  if (rows <= 0) return null;
  return (
    <tr class="spacer" style={{ height: `${rows * rowPx()}px` }}>
      <td />
    </tr>
  );
}

function classOf<Row>({ numeric }: Column<Row>): string {
  return numeric ? "number" : "";
}

/** Of the table's frame, kept up while it changes its size. */
function useWidth(scroller: { current: HTMLDivElement | null }): number {
  const [width, setWidth] = useState(Number.POSITIVE_INFINITY);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = () => setWidth(element.clientWidth);
    look();
    const resized = new ResizeObserver(look);
    resized.observe(element);
    return () => resized.disconnect();
  }, [scroller]);
  return width;
}

/** Which rows are in sight, kept up while the table is scrolled or changes its size. */
function useSlice(
  scroller: { current: HTMLDivElement | null },
  count: number,
  onSlice?: (slice: Slice) => void,
): Slice {
  const [slice, setSlice] = useState<Slice>({ start: 0, end: Math.min(count, 40) });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = () => {
      const next = sliceOf(element.scrollTop, element.clientHeight, rowPx(), count);
      setSlice((before) => (before.start === next.start && before.end === next.end ? before : next));
      onSlice?.(next);
    };
    look();
    const resized = new ResizeObserver(look);
    resized.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [scroller, count, onSlice]);
  return { start: Math.min(slice.start, count), end: Math.min(slice.end, count) };
}

/**
 * Moves the focus from row to row: arrows, Page Up and Down, Home, End; scrolls where it must. A row that is not there
 * yet gets the focus as soon as it is; until then the table's body has it, so that no key is lost.
 */
function useRowFocus(scroller: { current: HTMLDivElement | null }, count: number, setCurrent: (row: number) => void) {
  const awaited = useRef<number | undefined>(undefined);
  const focusAwaited = () => {
    const button = scroller.current?.querySelector<HTMLElement>(`tr[data-index="${awaited.current}"] button`);
    if (button) awaited.current = undefined;
    (button ?? scroller.current?.querySelector("tbody"))?.focus({ preventScroll: true });
  };
  useLayoutEffect(() => {
    if (awaited.current === undefined) return;
    // Whoever went elsewhere meanwhile is left there.
    if (scroller.current?.contains(document.activeElement)) focusAwaited();
    else awaited.current = undefined;
  });

  return (event: KeyboardEvent) => {
    const element = scroller.current;
    const row = (event.target as HTMLElement).closest<HTMLElement>("tr[data-index]");
    const at = awaited.current ?? (row ? Number(row.dataset.index) : undefined);
    if (!element || at === undefined) return;
    const page = Math.max(1, Math.floor(element.clientHeight / rowPx()) - 2);
    const wanted = rowAfter(event.key, at, page, count);
    if (wanted === undefined) return;
    event.preventDefault();
    awaited.current = Math.max(0, Math.min(count - 1, wanted));
    setCurrent(awaited.current);
    reveal(element, awaited.current);
    focusAwaited();
  };
}

function rowAfter(key: string, at: number, page: number, count: number): number | undefined {
  const moves: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: count - 1,
  };
  return moves[key];
}

function reveal(element: HTMLElement, row: number): void {
  const top = row * rowPx();
  const sight = element.clientHeight - 2 * rowPx();
  if (top < element.scrollTop) element.scrollTop = top;
  else if (top > element.scrollTop + sight) element.scrollTop = top - sight;
}
