/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP of the containers that a file names, which the exporter writes: one id a line. Programs hang on these containers'
 * control groups alone, and go as the tracer ends, however it ends: the next one counts from 0.
 */
#ifndef FLOWTALLY_HTTP_H
#define FLOWTALLY_HTTP_H

#define HTTP_PIN "http"

struct folder;
struct http_watch;
struct options;

/* NULL where --http names no file, or after saying why HTTP is left out: all else works. Whatever a killed tracer has left at
 * the pin is gone. */
struct http_watch *start_http(const struct options *options, const struct folder *folder);

/* Goes by what the file says now. */
void follow_http(struct http_watch *watch);

/* Takes all programs away. */
void stop_http(struct http_watch *watch);

#endif
