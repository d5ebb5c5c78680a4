// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE /* vasprintf */
#include "log.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_MESSAGE 2000

static bool is_stdout_taken;

static const char *const level_names[] = { "info", "warning", "error" };

static void put_escaped(FILE *out, const char *text)
{
	size_t length = strlen(text);

	while (length > 0 && text[length - 1] == '\n')
		length--;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = text[i];

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
}

/* A verifier's log can have a million lines; the reason is at its end. */
static const char *tail(const char *text)
{
	size_t length = strlen(text);

	return length > MAX_MESSAGE ? text + length - MAX_MESSAGE : text;
}

static void format_now(char *text, size_t size)
{
	time_t now = time(NULL);
	struct tm utc;

	strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
}

void keep_off_stdout(void)
{
	is_stdout_taken = true;
}

void log_line_v(enum log_level level, const char *code, const char *format, va_list arguments)
{
	FILE *out = level == LOG_ERROR || is_stdout_taken ? stderr : stdout;
	char *message, now[32];

	if (vasprintf(&message, format, arguments) < 0)
		return;
	format_now(now, sizeof(now));
	fprintf(out, "{\"time\":\"%s\",\"level\":\"%s\",\"code\":\"%s\",\"message\":\"", now, level_names[level], code);
	put_escaped(out, tail(message));
	fputs("\"}\n", out);
	fflush(out);
	free(message);
}

void log_line(enum log_level level, const char *code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_line_v(level, code, format, arguments);
	va_end(arguments);
}
