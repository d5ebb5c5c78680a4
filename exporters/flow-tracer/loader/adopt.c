// SPDX-License-Identifier: Apache-2.0
/*
 * The programs' variables are pinned last, under a name that stands for the build, its options and what its rights allow.
 * So where that name is found everything else is there, and is what this tracer would load itself.
 */
#include "adopt.h"

#include <bpf/bpf.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "events.h"
#include "options.h"
#include "parts.h"
#include "pins.h"
#include "tracer.skel.h"

#define FNV_BASIS 0xcbf29ce484222325ULL
#define FNV_PRIME 0x100000001b3ULL

/* FNV-1a. */
static __u64 hash(__u64 sum, const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		sum = (sum ^ ((const unsigned char *)bytes)[i]) * FNV_PRIME;
	return sum;
}

/* The options as given: sizes that the machine chose may be others by now, and are no reason to load anew. The way of UDP
 * as it is wanted now: a tracer without the rights for it may have left it out. */
static __u64 identity(const struct options *options, const struct parts *wanted)
{
	const unsigned int numbers[] = { options->max_flows, options->max_closed, options->max_udp, options->udp,
					 options->udp_idle, options->group, wanted->udp };
	size_t size;
	const void *object = tracer__elf_bytes(&size);

	return hash(hash(FNV_BASIS, object, size), numbers, sizeof(numbers));
}

static void put_path(char path[PATH_MAX], const struct options *options, const struct parts *wanted)
{
	snprintf(path, PATH_MAX, "%s/" KEPT "/%016llx", options->pins, identity(options, wanted));
}

int pin_for_adoption(struct tracer *tracer, const struct options *options, const struct parts *wanted)
{
	char path[PATH_MAX];

	if (pin_links(tracer, options->pins, options->group) || pin_event_programs(tracer, options->pins))
		return -1;
	put_path(path, options, wanted);
	if (bpf_obj_pin(bpf_map__fd(tracer->maps.bss), path) == 0)
		return 0;
	return pin_failed(path);
}

static struct tracer__bss *map_variables(const struct options *options, const struct parts *wanted)
{
	char path[PATH_MAX];
	void *variables;
	int map;

	put_path(path, options, wanted);
	map = bpf_obj_get(path);
	if (map < 0)
		return NULL;
	variables = mmap(NULL, sizeof(struct tracer__bss), PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	close(map);
	return variables == MAP_FAILED ? NULL : variables;
}

/* The kernel refused what was wanted: it may take it by now. */
static bool lacks_udp(const struct tracer__bss *variables, const struct parts *wanted)
{
	return wanted->udp != UDP_OFF && variables->udp_mode == UDP_OFF;
}

struct tracer *adopt_programs(const struct options *options, const struct parts *wanted)
{
	struct tracer__bss *variables = map_variables(options, wanted);
	struct tracer *tracer = variables && !lacks_udp(variables, wanted) ? tracer__open() : NULL;

	if (!tracer)
		return NULL;
	tracer->bss = variables;
	if (open_links(tracer, options->pins) == 0)
		return tracer;
	tracer__destroy(tracer);
	return NULL;
}
