// SPDX-License-Identifier: Apache-2.0
#include "programs.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "options.h"
#include "tracer.skel.h"

#define CHUNK_ROWS 64 /* as in live.bpf.c and closed.h */

static int print_libbpf(enum libbpf_print_level level, const char *format, va_list arguments)
{
	if (level == LIBBPF_WARN)
		log_line_v(LOG_WARNING, "LIBBPF", format, arguments);
	return 0;
}

static unsigned int chunks(unsigned int rows)
{
	return (rows + CHUNK_ROWS - 1) / CHUNK_ROWS;
}

static unsigned int next_power_of_two(unsigned int number)
{
	return number <= 1 ? 1 : 1U << (32 - __builtin_clz(number - 1));
}

static void size_maps(struct tracer *tracer, const struct options *options)
{
	unsigned int closed_chunks = next_power_of_two(chunks(options->max_closed));

	bpf_map__set_max_entries(tracer->maps.live_rows, chunks(options->max_flows));
	bpf_map__set_max_entries(tracer->maps.closed_rows, closed_chunks);
	tracer->rodata->closed_chunk_mask = closed_chunks - 1;
}

static struct tracer *try_load(const struct options *options, bool with_processes)
{
	struct tracer *tracer = tracer__open();
	int error;

	if (!tracer)
		return NULL;
	tracer->rodata->cpu_count = libbpf_num_possible_cpus();
	tracer->rodata->page_bytes = sysconf(_SC_PAGESIZE);
	size_maps(tracer, options);
	bpf_program__set_autoload(tracer->progs.processes, with_processes);
	error = tracer__load(tracer);
	if (!error)
		return tracer;
	tracer__destroy(tracer);
	errno = -error;
	return NULL;
}

static void explain_refusal(int error)
{
	if (error == EPERM)
		log_line(LOG_ERROR, "RIGHTS_MISSING", "the kernel refused to load: capabilities BPF and PERFMON are needed");
	else
		log_line(LOG_ERROR, "LOAD_FAILED", "the kernel refused the programs: %s", strerror(error));
}

struct tracer *load_programs(const struct options *options)
{
	struct tracer *tracer;
	int error;

	libbpf_set_print(print_libbpf);
	tracer = try_load(options, true);
	if (tracer)
		return tracer;
	error = errno;
	tracer = error == EPERM ? NULL : try_load(options, false);
	if (tracer)
		log_line(LOG_WARNING, "PROCESSES_LEFT_OUT", "this kernel refuses the program: %s", strerror(error));
	else
		explain_refusal(error);
	return tracer;
}

/* Reading an iterator runs it. */
static int run(const struct bpf_link *iterator)
{
	int fd = bpf_iter_create(bpf_link__fd(iterator));
	int error = 0;
	char byte;

	if (fd < 0 || read(fd, &byte, 1) < 0)
		error = errno;
	if (fd >= 0)
		close(fd);
	return error;
}

/* Once for the listeners, once for the sockets that came out of them. */
static int find_owners(const struct bpf_link *owners)
{
	int error = run(owners);

	if (!error)
		error = run(owners);
	if (error)
		log_line(LOG_ERROR, "BACKFILL_FAILED", "sockets older than the tracer: %s", strerror(error));
	return error ? -1 : 0;
}

int start_tracing(struct tracer *tracer)
{
	int error = run(tracer->links.find_percpu_offsets);

	if (error)
		log_line(LOG_WARNING, "PERCPU_OFFSETS_MISSING", "resident memory is approximate: %s", strerror(error));
	tracer->links.follow_state = bpf_program__attach(tracer->progs.follow_state);
	tracer->links.follow_nested = bpf_program__attach(tracer->progs.follow_nested);
	if (!tracer->links.follow_state || !tracer->links.follow_nested) {
		log_line(LOG_ERROR, "ATTACH_FAILED", "tp_btf/inet_sock_set_state: %s", strerror(errno));
		return -1;
	}
	return find_owners(tracer->links.owners);
}
