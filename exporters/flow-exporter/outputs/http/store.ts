import type { RequestHandler, Response } from "express";
import { z } from "zod";
import { asAddressText } from "../../model/address.ts";
import { StoreError } from "../../store/error.ts";
import type { Store } from "../../store/store.ts";
import type * as answers from "./answers.ts";
import { sendError } from "./errors.ts";
import { BadQuery, oneOf, readParameters, whole } from "./parameters.ts";
import { moment, PATIENCE_MS, storableMs } from "./query.ts";
import { holderJson, transactionJson } from "./store-json.ts";
import { cutOffAfter } from "./stream.ts";

export type StoreReader = Pick<Store, "transactions" | "metadata" | "ended">;

/** Longer than any name, and than the end of a page. */
const MAX_WORD = 1_024;
/** A name, or the like. */
export const word = (what: string) =>
  // PostgreSQL has no text with a zero in it.
  z.string(`must be ${what}`).refine((text) => text !== "" && text.length <= MAX_WORD && !text.includes("\0"), {
    error: `must be ${what}`,
  });

const page = {
  /** Name of the node that an end is at, or that an address was. */
  node: word("the name of a node").optional(),
  address: z
    .union([z.ipv4(), z.ipv6()], "must be an IP address")
    .transform((text) => (text.includes(":") ? asAddressText(text) : text))
    .optional(),
  /** Written then, or later. */
  since: moment.optional(),
  limit: whole(1, 1_000).default(100),
  /** `next` of the page before. */
  after: word("the `next` of the page before").optional(),
};

const transactionsSchema = z.strictObject({
  ...page,
  /** Name of either owner. */
  endpoint: word("the name of an endpoint").optional(),
  /** Of either end. */
  port: whole(1, 65_535).optional(),
  protocol: oneOf(["tcp", "udp"]).optional(),
});

const metadataSchema = z.strictObject(page);

/** Flows as all nodes know them that write to the store, the youngest first. */
export function transactions(store: StoreReader | undefined): RequestHandler {
  return async (request, response) => {
    const query = readParameters(transactionsSchema, request.query);
    await answerFrom(store, response, async (reader) => {
      const { rows, next } = await reader.transactions(queryOf(query));
      response.json({ transactions: rows.map(transactionJson), next: next ?? null } satisfies answers.TransactionsPage);
    });
  };
}

/** Who has had which address, the youngest first. */
export function metadata(store: StoreReader | undefined): RequestHandler {
  return async (request, response) => {
    const query = readParameters(metadataSchema, request.query);
    await answerFrom(store, response, async (reader) => {
      const { rows, next } = await reader.metadata(queryOf(query));
      response.json({ metadata: rows.map(holderJson), next: next ?? null } satisfies answers.MetadataPage);
    });
  };
}

function queryOf<Query extends { since?: number | undefined }>({ since, ...query }: Query) {
  return { ...query, sinceMs: since === undefined ? undefined : storableMs(since) };
}

/** Answers from the store, or says why not; an answer that has begun ends in the middle, as the client sees. */
export async function answerFrom(
  store: StoreReader | undefined,
  response: Response,
  answer: (store: StoreReader) => Promise<void>,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  if (!store) return sendError(response, 404, "NO_STORE", "nothing is stored here: FLOW_STORE is not set");
  cutOffAfter(patienceMs, response);
  try {
    await answer(store);
  } catch (error) {
    if (response.headersSent) return void response.destroy();
    if (!(error instanceof StoreError)) throw error;
    if (error.code === "BAD_QUERY") throw new BadQuery(`${error.message}.`);
    sendError(response, 503, `STORE_${error.code}`, error.message);
  }
}
