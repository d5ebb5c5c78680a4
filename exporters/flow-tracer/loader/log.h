/* SPDX-License-Identifier: Apache-2.0 */
/* One JSON object a line: what happened on stdout, errors on stderr. */
#ifndef FLOWTALLY_LOG_H
#define FLOWTALLY_LOG_H

#include <stdarg.h>

enum log_level { LOG_INFO, LOG_WARNING, LOG_ERROR };

/* code: a name programs can test for, like "BTF_MISSING". */
__attribute__((format(printf, 3, 4))) void log_line(enum log_level level, const char *code, const char *format, ...);
void log_line_v(enum log_level level, const char *code, const char *format, va_list arguments);

/* From now on all goes to stderr: something else is written to stdout. */
void keep_off_stdout(void);

#endif
