/* SPDX-License-Identifier: Apache-2.0 */
/* The programs that the kernel enters when something happens to a socket, and how often it did not enter one. */
#ifndef FLOWTALLY_EVENTS_H
#define FLOWTALLY_EVENTS_H

#include <linux/types.h>
#include <stddef.h>

#define MAX_EVENT_PROGRAMS 16

struct tracer;

/* What goes unseen when the kernel does not enter a program. */
enum event_seen {
	SEES_STEPS, /* which another program makes up for, or which bring only a name */
	SEES_ENDS, /* of sockets: the last chance for their flows */
	SEES_DATAGRAMS,
};

struct event_programs {
	int descriptors[MAX_EVENT_PROGRAMS];
	enum event_seen sees[MAX_EVENT_PROGRAMS];
	size_t count;
};

/* Times that the kernel did not enter a program, as it was running on that CPU already; 0 before Linux 5.12. */
struct refused_runs {
	__u64 all;
	__u64 datagrams; /* of all: those that went uncounted */
	__u64 ends; /* of all: sockets whose end went unseen */
};

/* Pins those that are loaded in the folder `kept`, for this tracer and the next: 0, or -1 after saying why. */
int pin_event_programs(struct tracer *tracer, const char *folder);

/* Opens what pin_event_programs() pinned. */
struct event_programs open_event_programs(const char *folder);

struct refused_runs count_refused_runs(const struct event_programs *programs);

#endif
