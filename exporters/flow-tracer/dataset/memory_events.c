// SPDX-License-Identifier: Apache-2.0
/*
 * The events belong to a control group: one of cgroup v2, unless perf_event is a hierarchy of its own in cgroup v1, as on hybrid
 * machines. Then the group of the same name there is meant.
 */
#define _GNU_SOURCE
#include "memory_events.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup.h"
#include "groups.h"

#define LLC_MISSES(operation) (PERF_COUNT_HW_CACHE_LL | (operation) << 8 | PERF_COUNT_HW_CACHE_RESULT_MISS << 16)

struct reading {
	__u64 value;
	__u64 enabled_ns;
	__u64 running_ns;
};

static struct perf_event_attr event_of(enum memory_kind kind, bool is_write)
{
	struct perf_event_attr event = {
		.size = sizeof(event),
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
	};

	if (kind == MEMORY_LLC) {
		event.type = PERF_TYPE_HW_CACHE;
		event.config = is_write ? LLC_MISSES(PERF_COUNT_HW_CACHE_OP_WRITE) : LLC_MISSES(PERF_COUNT_HW_CACHE_OP_READ);
	} else {
		event.type = PERF_TYPE_SOFTWARE;
		event.config = is_write ? PERF_COUNT_SW_PAGE_FAULTS_MIN : PERF_COUNT_SW_PAGE_FAULTS_MAJ;
	}
	return event;
}

static int open_event(enum memory_kind kind, bool is_write, int group, int cpu)
{
	struct perf_event_attr event = event_of(kind, is_write);
	unsigned long flags = PERF_FLAG_FD_CLOEXEC | (group >= 0 ? PERF_FLAG_PID_CGROUP : 0);

	return syscall(SYS_perf_event_open, &event, group, cpu, -1, flags);
}

static bool can_count(enum memory_kind kind, bool is_write)
{
	int event = open_event(kind, is_write, -1, 0);

	if (event >= 0)
		close(event);
	return event >= 0;
}

enum memory_kind choose_memory(bool faults, char *why, size_t size)
{
	enum memory_kind kind = faults ? MEMORY_FAULTS : MEMORY_LLC;

	*why = '\0';
	if (can_count(kind, false) && can_count(kind, true))
		return kind;
	if (errno == ENOENT || errno == EOPNOTSUPP)
		snprintf(why, size, "no cache misses: this machine has no PMU that counts them");
	else
		snprintf(why, size, "no perf events: %s", strerror(errno));
	return MEMORY_NONE;
}

static long line_bytes(void)
{
	long bytes = sysconf(_SC_LEVEL1_DCACHE_LINESIZE);

	return bytes > 0 ? bytes : 64;
}

static __u64 bytes_of_one(enum memory_kind kind)
{
	return kind == MEMORY_LLC ? line_bytes() : sysconf(_SC_PAGESIZE);
}

static int cpu_count(void)
{
	return sysconf(_SC_NPROCESSORS_CONF);
}

/* A line of mountinfo: "36 35 98:0 /root /mount/point options - cgroup source rw,perf_event". */
static bool parse_perf_mount(const char *line, char *point)
{
	const char *type = strstr(line, " - cgroup ");

	return type && strstr(type, "perf_event") && sscanf(line, "%*s %*s %*s %*s %4095s", point) == 1;
}

/* Only the root of a hierarchy of v1 has an agent. */
static bool is_perf_root(int folder)
{
	return faccessat(folder, "release_agent", F_OK, 0) == 0;
}

struct wanted_group {
	const char *id;
	int group;
};

static void try_group(void *context, const char *name, int group)
{
	struct wanted_group *wanted = context;

	if (wanted->group < 0 && strstr(name, wanted->id))
		wanted->group = fcntl(group, F_DUPFD_CLOEXEC, 0);
}

static int open_perf_group(const char *id)
{
	struct wanted_group wanted = { id, -1 };
	int root = open_hierarchy(parse_perf_mount, is_perf_root);

	if (root < 0)
		return -1;
	visit_groups(root, try_group, &wanted);
	close(root);
	return wanted.group;
}

static int open_events(struct memory *memory, enum memory_kind kind, int group)
{
	int count = 2 * cpu_count();
	int error = 0;

	memory->events = calloc(count, sizeof(int));
	if (!memory->events)
		return ENOMEM;
	for (int i = 0; i < count; i++) {
		memory->events[i] = open_event(kind, i % 2, group, i / 2);
		if (memory->events[i] < 0 && errno != ENODEV) /* a CPU that is off */
			error = errno;
	}
	if (error)
		close_memory(memory);
	else
		memory->is_counted = true;
	return error;
}

int open_memory(struct memory *memory, enum memory_kind kind, const char *id, int group)
{
	int perf_group, error;

	if (kind == MEMORY_NONE)
		return 0;
	error = open_events(memory, kind, group);
	if (!error)
		return 0;
	perf_group = open_perf_group(id);
	if (perf_group < 0)
		return error;
	error = open_events(memory, kind, perf_group);
	close(perf_group);
	return error;
}

/* Events that had to share the PMU have counted for a part of the time. */
static __u64 read_event(int event)
{
	struct reading reading = {};

	if (event < 0 || read(event, &reading, sizeof(reading)) != sizeof(reading) || !reading.running_ns)
		return 0;
	if (reading.running_ns == reading.enabled_ns)
		return reading.value;
	return (double)reading.value * reading.enabled_ns / reading.running_ns;
}

static void grow(__u64 *bytes, __u64 now)
{
	if (now > *bytes)
		*bytes = now;
}

void read_memory(struct memory *memory, enum memory_kind kind)
{
	__u64 sums[2] = {};

	if (!memory->events)
		return;
	for (int i = 0; i < 2 * cpu_count(); i++)
		sums[i % 2] += read_event(memory->events[i]);
	grow(&memory->read_bytes, memory->read_before + sums[0] * bytes_of_one(kind));
	grow(&memory->written_bytes, memory->written_before + sums[1] * bytes_of_one(kind));
}

void close_memory(struct memory *memory)
{
	if (!memory->events)
		return;
	for (int i = 0; i < 2 * cpu_count(); i++)
		if (memory->events[i] >= 0)
			close(memory->events[i]);
	free(memory->events);
	memory->events = NULL;
	memory->read_before = memory->read_bytes;
	memory->written_before = memory->written_bytes;
}
