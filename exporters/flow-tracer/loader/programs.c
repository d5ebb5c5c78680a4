// SPDX-License-Identifier: Apache-2.0
#include "programs.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "options.h"
#include "rows.h"
#include "tables.h"
#include "tracer.skel.h"
#include "udp.h"

static int print_libbpf(enum libbpf_print_level level, const char *format, va_list arguments)
{
	if (level == LIBBPF_WARN)
		log_line_v(LOG_WARNING, "LIBBPF", format, arguments);
	return 0;
}

void log_libbpf(void)
{
	libbpf_set_print(print_libbpf);
}

/* What the flows of TCP can do without. */
struct extras {
	bool processes;
	bool udp;
};

static struct tracer *try_load(const struct options *options, const struct extras *extras)
{
	struct tracer *tracer = tracer__open();
	int error;

	if (!tracer)
		return NULL;
	tracer->rodata->cpu_count = libbpf_num_possible_cpus();
	tracer->rodata->page_bytes = sysconf(_SC_PAGESIZE);
	size_tables(tracer, &(struct rooms){ options->max_flows, options->max_closed, 65536 });
	bpf_program__set_autoload(tracer->progs.processes, extras->processes);
	want_udp(tracer, extras->udp, options->udp_idle);
	error = tracer__load(tracer);
	if (!error) {
		tracer->bss->status_flags = STATUS_OWNERS | STATUS_PROGRAMS | (extras->processes ? STATUS_PROCESSES : 0);
		tell_tables(tracer);
		return tracer;
	}
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

static void say_what_is_left_out(const struct extras *wanted, const struct extras *loaded, int error)
{
	if (wanted->processes && !loaded->processes)
		log_line(LOG_WARNING, "PROCESSES_LEFT_OUT", "this kernel refuses the program: %s", strerror(error));
	if (wanted->udp && !loaded->udp)
		log_line(LOG_WARNING, "UDP_LEFT_OUT", "the kernel refuses the programs (capability NET_ADMIN?): %s",
			 strerror(error));
}

struct tracer *load_programs(const struct options *options)
{
	const struct extras attempts[] = { { true, options->udp }, { true, false }, { false, options->udp }, { false, false } };
	struct tracer *tracer = NULL;
	int first_error = 0;

	for (size_t i = 0; !tracer && i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		tracer = try_load(options, &attempts[i]);
		if (!tracer && !first_error)
			first_error = errno;
		if (tracer)
			say_what_is_left_out(&attempts[0], &attempts[i], first_error);
	}
	if (!tracer)
		explain_refusal(first_error);
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
	tracer->links.follow_destroyed = bpf_program__attach(tracer->progs.follow_destroyed);
	if (!tracer->links.follow_state || !tracer->links.follow_destroyed) {
		log_line(LOG_ERROR, "ATTACH_FAILED", "inet_sock_set_state, tcp_destroy_sock: %s", strerror(errno));
		return -1;
	}
	return find_owners(tracer->links.owners);
}
