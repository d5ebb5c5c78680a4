import express, { type RequestHandler } from "express";

const YEAR_MS = 365 * 24 * 3600 * 1000;

/** The page for people, and what it loads; a file's name under /assets/ changes with its content. */
export function consolePage(folder: string): RequestHandler {
  return express.static(folder, {
    // Files in an image have no time of their own, and pages of two versions may be of one size.
    etag: false,
    lastModified: false,
    setHeaders: (response, file) => {
      const named = file.includes("/assets/");
      response.set("cache-control", named ? `public, max-age=${YEAR_MS / 1000}, immutable` : "no-cache");
    },
  });
}
