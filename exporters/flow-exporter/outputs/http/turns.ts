import type { RequestHandler, Response } from "express";
import { sendError } from "./errors.ts";

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
    if (queue.size >= waiting) return sendBusy(response, waitMs);
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
      sendBusy(response, waitMs);
    }, waitMs);
    response.once("close", leave);
    queue.add(begin);
  };
}

function sendBusy(response: Response, waitMs: number): void {
  response.set("retry-after", String(Math.ceil(waitMs / 1000)));
  sendError(response, 503, "BUSY", "too many questions are being answered; ask again later");
}
