// SPDX-License-Identifier: Apache-2.0
#include "programs.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroups.h"
#include "functions.h"
#include "kernel.h"
#include "log.h"
#include "options.h"
#include "parts.h"
#include "rights.h"
#include "rooms.h"
#include "tables.h"
#include "tracer.skel.h"
#include "warnings.h"

static struct tracer *try_load(const struct options *options, const struct rooms *rooms, const struct parts *parts)
{
	struct tracer *tracer = tracer__open();
	int error;

	if (!tracer)
		return NULL;
	tracer->rodata->cpu_count = libbpf_num_possible_cpus();
	tracer->rodata->can_cast = kernel_has_function("bpf_rdonly_cast");
	tracer->rodata->can_keep_cpu = kernel_has_function("bpf_local_irq_save");
	tracer->rodata->page_bytes = sysconf(_SC_PAGESIZE);
	size_tables(tracer, rooms);
	want_parts(tracer, parts, options);
	listen_to_verifier(tracer);
	error = tracer__load(tracer);
	if (!error) {
		tracer->bss->status_flags = flags_of(parts);
		tell_tables(tracer);
		return tracer;
	}
	tracer__destroy(tracer);
	errno = -error;
	return NULL;
}

static void explain_refusal(const char *program, const char *reason)
{
	if (program)
		log_line(LOG_ERROR, "LOAD_FAILED", "nothing works without %s: %s", program, reason);
	else
		log_line(LOG_ERROR, "LOAD_FAILED", "%s; raise the memory limit (FLOW_TRACER_MEMORY), or lower --max-flows (FLOW_MAX_FLOWS) where it is given", reason);
}

/* Why, and what helps. */
static const char *explain(const char *logs, const char *program, int error)
{
	static char text[2 * PATH_MAX];
	const char *reason = reason_of_refusal();

	if (!*reason)
		reason = strerror(error);
	if (program)
		snprintf(text, sizeof(text), "%s refuses it: %s; a newer kernel may take it (6.1 or later is tested): %s", kernel_name(),
			 reason, write_warnings(logs, program));
	else
		snprintf(text, sizeof(text), "%s makes no tables: %s", kernel_name(), reason);
	return text;
}

struct tracer *load_programs(const struct options *options, const struct parts *wanted)
{
	const struct machine machine = read_machine();
	const struct rooms rooms = choose_rooms(&machine, options);
	struct parts parts = *wanted;

	if (check_limit(&rooms, &machine) || check_locked_memory(bytes_of(&rooms)))
		return NULL;
	for (;;) {
		struct tracer *tracer = try_load(options, &rooms, &parts);
		int error = errno;
		const char *program, *reason;

		if (tracer)
			return tracer;
		program = refused_program();
		reason = explain(options->logs, program, error);
		if (program && leave_out(&parts, program, options, reason))
			continue;
		explain_refusal(program, reason);
		return NULL;
	}
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
	tracer->links.follow_destroyed = bpf_program__attach(tracer->progs.follow_destroyed);
	if (bpf_program__autoload(tracer->progs.follow_aborted))
		tracer->links.follow_aborted = bpf_program__attach(tracer->progs.follow_aborted);
	if (!tracer->links.follow_state || !tracer->links.follow_destroyed) {
		log_line(LOG_ERROR, "ATTACH_FAILED", "inet_sock_set_state, tcp_destroy_sock: %s", strerror(errno));
		return -1;
	}
	start_cgroups(tracer);
	return tracer->links.owners ? find_owners(tracer->links.owners) : 0;
}
