/* SPDX-License-Identifier: Apache-2.0 */
/* What libbpf and the kernel's verifier say while programs are loaded: kept for one line of the log, and for a file. */
#ifndef FLOWTALLY_WARNINGS_H
#define FLOWTALLY_WARNINGS_H

#include <stdbool.h>
#include <stddef.h>

struct tracer;

/* From now on libbpf's warnings are kept, not printed. */
void keep_warnings(void);

/* Before loading: clears what was logged, and has the verifier explain the program that it refuses. */
void listen_to_verifier(struct tracer *tracer);

/* The program that was refused: its name, or NULL when it was something else. */
const char *refused_program(void);

/* Why, in the words of the verifier, else of libbpf; "" when neither said anything: valid until the next call. */
const char *reason_of_refusal(void);

/* Writes all that was said to a file in the folder, and says where it is, or why it could not be written: valid until the
 * next call. */
const char *write_warnings(const char *folder, const char *program);

#endif
