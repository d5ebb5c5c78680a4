import type { RequestHandler } from "express";

/** Nothing from elsewhere, nothing inline but styles, which the charts set on their elements; in no other page's frame. */
const POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
];

/** What a browser may do with any answer of this server. */
export const HEADERS = {
  "content-security-policy": POLICY.join("; "),
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

export const secured: RequestHandler = (_request, response, next) => {
  response.set(HEADERS);
  next();
};
