// SPDX-License-Identifier: Apache-2.0
#include "programs.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dataset.h"
#include "dataset.skel.h"
#include "functions.h"
#include "kernel.h"
#include "log.h"
#include "options.h"

static int say(enum libbpf_print_level level, const char *format, va_list arguments)
{
	if (level == LIBBPF_WARN)
		log_line_v(LOG_WARNING, "LIBBPF", format, arguments);
	return 0;
}

static struct dataset *refuse(struct dataset *programs, const char *what)
{
	log_line(LOG_ERROR, "LOAD_FAILED", "%s %s: %s; a newer kernel may take it (6.1 or later is tested)", kernel_name(), what,
		 strerror(errno));
	dataset__destroy(programs);
	return NULL;
}

/* libbpf warns of what is looked for in vain, and is heard only where that matters. */
static bool has(int (*find)(const char *name), const char *name)
{
	bool is_there;

	libbpf_set_print(NULL);
	is_there = find(name) > 0;
	libbpf_set_print(say);
	return is_there;
}

static int find_function(const char *name)
{
	return kernel_has_function(name);
}

static int find_tracepoint(const char *name)
{
	return libbpf_find_vmlinux_btf_id(name, BPF_TRACE_RAW_TP);
}

/* Every way in which a thread can hand something to a socket; data that came in by an earlier call was there before. */
static void name_sending_calls(bool *sending)
{
	static const int numbers[] = { SYS_write,    SYS_writev,   SYS_pwritev2, SYS_sendto,    SYS_sendmsg,
				       SYS_sendmmsg, SYS_sendfile, SYS_splice,   SYS_io_submit, SYS_io_uring_enter };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		sending[numbers[i]] = true;
}

static struct dataset *load(const struct dataset_options *options)
{
	struct dataset *programs = dataset__open();

	if (!programs)
		return refuse(NULL, "opens no programs");
	programs->rodata->cpu_count = libbpf_num_possible_cpus();
	programs->rodata->page_bytes = sysconf(_SC_PAGESIZE);
	programs->rodata->can_keep_cpu = has(find_function, "bpf_local_irq_save");
	programs->rodata->gap_ns = options->is_burst ? options->gap_ms * 1000000ULL : 0;
	programs->rodata->sees_calls = has(find_tracepoint, "sock_send_length");
	name_sending_calls(programs->rodata->sending);
	bpf_program__set_autoload(programs->progs.dataset_called, programs->rodata->sees_calls);
	return dataset__load(programs) ? refuse(programs, "refuses the programs") : programs;
}

static struct bpf_link *attach_iterator(struct bpf_program *program, struct bpf_map *map)
{
	union bpf_iter_link_info target = { .map.map_fd = bpf_map__fd(map) };
	LIBBPF_OPTS(bpf_iter_attach_opts, attach, .link_info = &target, .link_info_len = sizeof(target));

	return bpf_program__attach_iter(program, &attach);
}

/* Reads to the end; a reading takes whole rows. */
static long read_iterator(const struct bpf_link *iterator, void (*take)(void *, const struct dataset_flow *), void *context)
{
	struct dataset_flow flows[64];
	int fd = bpf_iter_create(bpf_link__fd(iterator));
	long count = 0;
	ssize_t bytes;

	if (fd < 0)
		return -1;
	while ((bytes = read(fd, flows, sizeof(flows))) > 0) {
		for (size_t i = 0; i < bytes / sizeof(*flows); i++)
			take(context, &flows[i]);
		count += bytes / sizeof(*flows);
	}
	close(fd);
	return bytes < 0 ? -1 : count;
}

static bool attach(struct dataset *programs)
{
	struct bpf_map *connections = programs->maps.connections;

	programs->links.find_percpu_offsets = attach_iterator(programs->progs.find_percpu_offsets, programs->maps.percpu_probe);
	programs->links.count_queues = attach_iterator(programs->progs.count_queues, connections);
	programs->links.open_flows = attach_iterator(programs->progs.open_flows, connections);
	if (!programs->links.find_percpu_offsets || !programs->links.count_queues || !programs->links.open_flows ||
	    read_iterator(programs->links.find_percpu_offsets, NULL, NULL) < 0)
		return false;
	programs->links.dataset_state = bpf_program__attach(programs->progs.dataset_state);
	programs->links.dataset_destroyed = bpf_program__attach(programs->progs.dataset_destroyed);
	programs->links.dataset_calls = bpf_program__attach(programs->progs.dataset_calls);
	if (programs->rodata->sees_calls)
		programs->links.dataset_called = bpf_program__attach(programs->progs.dataset_called);
	return programs->links.dataset_state && programs->links.dataset_destroyed && programs->links.dataset_calls &&
	       (programs->links.dataset_called || !programs->rodata->sees_calls);
}

struct dataset *load_dataset(const struct dataset_options *options)
{
	struct dataset *programs;

	libbpf_set_print(say);
	programs = load(options);
	if (!programs)
		return NULL;
	return attach(programs) ? programs : refuse(programs, "does not attach the programs");
}

int count_queued(struct dataset *programs)
{
	memset(programs->bss->queued, 0, sizeof(programs->bss->queued));
	return read_iterator(programs->links.count_queues, NULL, NULL) < 0 ? errno : 0;
}

static void detach(struct bpf_link **link)
{
	bpf_link__destroy(*link);
	*link = NULL;
}

long read_open_flows(struct dataset *programs, void (*take)(void *, const struct dataset_flow *), void *context)
{
	detach(&programs->links.dataset_state);
	detach(&programs->links.dataset_destroyed);
	detach(&programs->links.dataset_called);
	detach(&programs->links.dataset_calls);
	return read_iterator(programs->links.open_flows, take, context);
}
