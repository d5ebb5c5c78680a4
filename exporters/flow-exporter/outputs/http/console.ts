import express, { type RequestHandler } from "express";

const YEAR_MS = 365 * 24 * 3600 * 1000;

/** Nothing from elsewhere, nothing inline but styles, which the charts set on their elements. */
const POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "frame-ancestors 'none'",
];

/** The page for people, and what it loads; a file's name under /assets/ changes with its content. */
export function consolePage(folder: string): RequestHandler {
  return express.static(folder, {
    // Files in an image have no time of their own, and pages of two versions may be of one size.
    etag: false,
    lastModified: false,
    setHeaders: (response, file) => {
      response.set("content-security-policy", POLICY.join("; "));
      response.set("x-content-type-options", "nosniff");
      const named = file.includes("/assets/");
      response.set("cache-control", named ? `public, max-age=${YEAR_MS / 1000}, immutable` : "no-cache");
    },
  });
}
