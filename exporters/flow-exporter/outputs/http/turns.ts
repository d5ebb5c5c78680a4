import type { RequestHandler, Response } from "express";
import { sendBusy } from "./errors.ts";

const OTHERS_FIRST = "too many questions are being answered; ask again later";

interface Limits {
  /** How many are worked on at once. */
  atOnce: number;
  /** How many may wait for their turn, and for how long. */
  waiting: number;
  waitMs: number;
}

/** Works on few requests at once, in the order they came; turns away those that find the queue full or wait too long. */
export function inTurn({ atOnce, waiting, waitMs }: Limits): RequestHandler {
  let working = 0;
  const queue = new Set<() => void>();
  const turnAway = (response: Response) => sendBusy(response, Math.ceil(waitMs / 1000), OTHERS_FIRST);

  const work = (response: Response, next: () => void) => {
    working++;
    response.once("close", () => {
      working--;
      const [following] = queue;
      following?.();
    });
    next();
  };

  return (_request, response, next) => {
    if (working < atOnce) return work(response, next);
    if (queue.size >= waiting) return turnAway(response);
    const leave = () => {
      clearTimeout(timer);
      queue.delete(begin);
      response.off("close", leave);
    };
    const begin = () => {
      leave();
      work(response, next);
    };
    const timer = setTimeout(() => {
      leave();
      turnAway(response);
    }, waitMs);
    response.once("close", leave);
    queue.add(begin);
  };
}
