import type { RequestHandler, Response } from "express";
import { z } from "zod";
import { columnsOf } from "../../dataset/columns.ts";
import { csvHeader, csvLine } from "../../dataset/csv.ts";
import { StoredRows } from "../../dataset/stored-rows.ts";
import type { EndedEnd } from "../../model/transaction.ts";
import type { EndedPage, EndedQuery } from "../../store/store.ts";
import { sendBusy } from "./errors.ts";
import type { Gate } from "./gate.ts";
import { BadQuery, oneOf, readParameters } from "./parameters.ts";
import { LARGE_ROWS, moment, RETRY_SECONDS, storableMs } from "./query.ts";
import { answerFrom, type StoreReader, word } from "./store.ts";
import { writePieces } from "./stream.ts";

const HOUR_MS = 3_600_000;
/** Rows that are read at a time: as much as there is room for in the store's thread, beside its writing. */
const PAGE_ROWS = 5_000;
/** Each page costs the store a reading of what was written in that time. */
const MAX_ROWS = 50_000;
/** Of ten such readings, and of the client. */
const PATIENCE_MS = 120_000;

const schema = z.strictObject({
  /** Namespace or name of whose sends are the rows. */
  job: word("the name of a Compose project, namespace or container"),
  /** When the flows began: then or later. */
  from: moment.optional(),
  /** And before then. */
  to: moment.optional(),
  columns: oneOf(["k-means", "all"]).default("k-means"),
});

/** One row for what each end of a job has sent on a flow that is over, as text. */
export function dataset(store: StoreReader | undefined, large: Gate): RequestHandler {
  return async (request, response) => {
    const { job, columns, ...given } = readParameters(schema, request.query);
    const query = { job, ...spanOf(given, Date.now()), limit: PAGE_ROWS };
    const answer = async (reader: StoreReader) => {
      const first = await reader.ended(query);
      const { total = 0 } = first;
      if (total > MAX_ROWS) throw new BadQuery(tooMany(total));
      if (total > LARGE_ROWS && !large.enter(response)) return sendBusy(response, RETRY_SECONDS);
      // Names of jobs may have what means something in the name of a file.
      response.attachment(`${job.replaceAll(/[^\w.-]+/g, "_")}.csv`);
      await writeRows(response, columnsOf(columns), new StoredRows(query.fromMs), pagesFrom(first, reader, query));
      response.end();
    };
    await answerFrom(store, response, answer, PATIENCE_MS);
  };
}

async function* pagesFrom(first: EndedPage, reader: StoreReader, query: EndedQuery): AsyncGenerator<EndedPage> {
  yield first;
  for (let { next } = first; next !== undefined; ) {
    const page = await reader.ended({ ...query, after: next });
    yield page;
    next = page.next;
  }
}

async function writeRows(
  response: Response,
  columns: ReturnType<typeof columnsOf>,
  stored: StoredRows,
  pages: AsyncIterable<EndedPage>,
): Promise<void> {
  await writePieces(response, [csvHeader(columns)]);
  for await (const { rows } of pages) {
    if (response.destroyed) return;
    await writePieces(response, lines(columns, stored, rows));
  }
}

function* lines(
  columns: ReturnType<typeof columnsOf>,
  stored: StoredRows,
  ends: readonly EndedEnd[],
): Generator<string> {
  for (const end of ends) {
    const row = stored.rowOf(end);
    if (row) yield csvLine(columns, row);
  }
}

/** @throws BadQuery where nothing can have begun in between. */
function spanOf({ from, to }: { from?: number | undefined; to?: number | undefined }, nowMs: number) {
  const toMs = storableMs(to ?? nowMs);
  const fromMs = storableMs(from ?? Math.max(0, toMs - HOUR_MS));
  if (fromMs < toMs) return { fromMs, toMs };
  const until = to === undefined ? "now, which is meant where to is not given" : "to";
  throw new BadQuery(`from must be before ${until}: give an earlier one.`);
}

function tooMany(total: number): string {
  return `from and to have ${total} ends of flows between them, and at most ${MAX_ROWS} are answered: ask for less time.`;
}
