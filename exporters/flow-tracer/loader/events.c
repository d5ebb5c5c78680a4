// SPDX-License-Identifier: Apache-2.0
/*
 * A link's descriptor gives a program's number, and for the number the kernel gives a descriptor to CAP_SYS_ADMIN only,
 * which the tracer does not have. So programs are pinned beside their links: the next tracer opens them as files.
 */
#include "events.h"

#include <bpf/bpf.h>
#include <limits.h>
#include <stdio.h>

#include "pins.h"
#include "tracer.skel.h"

#define PROGRAM(name, sees) { KEPT "/program_" #name, offsetof(struct tracer, progs.name), sees }

static const struct event_program {
	const char *pin; /* in the folder */
	size_t program; /* where it is in struct tracer */
	enum event_seen sees;
} event_programs[] = {
	PROGRAM(follow_state, SEES_STEPS),
	PROGRAM(follow_destroyed, SEES_ENDS),
	PROGRAM(follow_aborted, SEES_STEPS),
	PROGRAM(udp_socket, SEES_STEPS),
	PROGRAM(udp_received, SEES_STEPS),
	PROGRAM(udp_sent, SEES_STEPS),
	PROGRAM(udp_port, SEES_STEPS),
	PROGRAM(udp_arrived, SEES_DATAGRAMS),
	PROGRAM(udp_sent4, SEES_DATAGRAMS),
	PROGRAM(udp_sent6, SEES_DATAGRAMS),
};
#define COUNT (sizeof(event_programs) / sizeof(event_programs[0]))
_Static_assert(COUNT <= MAX_EVENT_PROGRAMS, "room for event programs");

static void put_path(char path[PATH_MAX], const char *folder, const struct event_program *event)
{
	snprintf(path, PATH_MAX, "%s/%s", folder, event->pin);
}

int pin_event_programs(struct tracer *tracer, const char *folder)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < COUNT; i++) {
		struct bpf_program *program = *(struct bpf_program **)((char *)tracer + event_programs[i].program);

		if (bpf_program__fd(program) < 0)
			continue;
		put_path(path, folder, &event_programs[i]);
		if (bpf_program__pin(program, path))
			return pin_failed(path);
	}
	return 0;
}

struct event_programs open_event_programs(const char *folder)
{
	struct event_programs opened = {};
	char path[PATH_MAX];

	for (size_t i = 0; i < COUNT; i++) {
		put_path(path, folder, &event_programs[i]);
		opened.descriptors[opened.count] = bpf_obj_get(path);
		opened.sees[opened.count] = event_programs[i].sees;
		if (opened.descriptors[opened.count] >= 0)
			opened.count++;
	}
	return opened;
}

struct refused_runs count_refused_runs(const struct event_programs *programs)
{
	struct refused_runs sum = {};

	for (size_t i = 0; i < programs->count; i++) {
		struct bpf_prog_info info = {};
		__u32 size = sizeof(info);

		if (bpf_obj_get_info_by_fd(programs->descriptors[i], &info, &size))
			continue;
		sum.all += info.recursion_misses;
		if (programs->sees[i] == SEES_DATAGRAMS)
			sum.datagrams += info.recursion_misses;
		if (programs->sees[i] == SEES_ENDS)
			sum.ends += info.recursion_misses;
	}
	return sum;
}
