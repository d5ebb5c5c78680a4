// SPDX-License-Identifier: Apache-2.0
#include "warnings.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tracer.skel.h"

#define VERIFIER_BYTES (32U << 20) /* of address space: takes memory only where the verifier writes */
#define LINE_BYTES 256

static char words[16384]; /* libbpf's: of a program "prog 'NAME': …", of a table "map 'NAME': …" */
static size_t length;
static char *verifier; /* one for all programs: the first that is refused ends the loading */

static int keep(enum libbpf_print_level level, const char *format, va_list arguments)
{
	int written;

	if (level != LIBBPF_WARN)
		return 0;
	written = vsnprintf(words + length, sizeof(words) - length, format, arguments);
	length += written < 0 ? 0 : written;
	if (length >= sizeof(words))
		length = sizeof(words) - 1;
	return 0;
}

void keep_warnings(void)
{
	libbpf_set_print(keep);
}

/* Without room for it libbpf would print the verifier's log among its warnings. */
void listen_to_verifier(struct tracer *tracer)
{
	struct bpf_program *program;

	words[length = 0] = '\0';
	if (!verifier) {
		verifier = mmap(NULL, VERIFIER_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (verifier == MAP_FAILED)
			verifier = NULL;
	}
	if (!verifier)
		return;
	verifier[0] = '\0';
	bpf_object__for_each_program(program, tracer->obj)
		bpf_program__set_log_buf(program, verifier, VERIFIER_BYTES);
}

const char *refused_program(void)
{
	static char name[64];
	const char *start = strstr(words, "prog '");

	return start && sscanf(start, "prog '%63[^']'", name) == 1 ? name : NULL;
}

static const char *copy_line(const char *start, size_t size)
{
	static char line[LINE_BYTES];

	snprintf(line, sizeof(line), "%.*s", (int)size, start);
	return line;
}

/* The verifier's last line is its statistics ("processed 52 insns …"), the reason stands before it. */
static const char *last_line(const char *text, const char *except)
{
	const char *end = text + strlen(text);

	while (end > text) {
		const char *start = --end;

		while (start > text && start[-1] != '\n')
			start--;
		if (end > start && strncmp(start, except, strlen(except)))
			return copy_line(start, end - start);
		end = start;
	}
	return "";
}

const char *reason_of_refusal(void)
{
	const char *reason = verifier ? last_line(verifier, "processed ") : "";
	const char *of_program = strstr(words, "prog '"), *of_table = strstr(words, "map '");
	const char *first = of_program ? strstr(of_program, "': ") : NULL;

	if (*reason)
		return reason;
	first = first ? first + strlen("': ") : of_table ? of_table : words;
	return copy_line(first, strcspn(first, "\n"));
}

/* A folder such as /tmp is everyone's: whatever lies there under that name is not followed, but replaced. */
static FILE *create(const char *path)
{
	int file;

	unlink(path);
	file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	return file < 0 ? NULL : fdopen(file, "w");
}

const char *write_warnings(const char *folder, const char *program)
{
	static char said[PATH_MAX + 128];
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/flow-tracer-%s.log", folder, program);
	file = create(path);
	if (!file || fprintf(file, "%s\n%s\n", words, verifier ? verifier : "") < 0 || fclose(file))
		snprintf(said, sizeof(said), "(%s could not be written: %s)", path, strerror(errno));
	else
		snprintf(said, sizeof(said), "%s has the verifier's log", path);
	return said;
}
