/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds the kernel part is pinned, so that it outlives a tracer that is killed: the iterators in the folder, for
 * readers; the links of what follows sockets in the folder `kept` in it, for the next tracer.
 */
#ifndef FLOWTALLY_PINS_H
#define FLOWTALLY_PINS_H

#include <sys/types.h>

#define KEPT "kept"

struct bpf_link;
struct folder;
struct tracer;

/* Says that the system refused a pin or its folder, why, as errno says, and what helps: -1. */
int pin_failed(const char *path);

/* For its readers, under that name in the folder: 0, or -1 after saying why. No link is nothing to pin. */
int pin_link(struct bpf_link *link, const char *folder, const char *name, gid_t group);

/* Pins all that is attached: 0, or -1 after saying why. */
int pin_links(struct tracer *tracer, const char *folder, gid_t group);

/* Opens what pin_links() pinned, as the status flags say: 0, or -1 when something is not there. */
int open_links(struct tracer *tracer, const char *folder);

/* Removes all pins, which unloads what no process holds; nothing there is fine. */
void remove_pins(const struct folder *folder);

#endif
