/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_CGROUP_H
#define FLOWTALLY_CGROUP_H

#include <stdbool.h>

/* Opens the root of the host's v2 hierarchy, wherever it is mounted here: a descriptor, or -1 with errno
 * (ENOENT: only parts of the hierarchy can be seen). */
int open_cgroup_root(void);

/* The same of any hierarchy: `parse` takes the mount point (room for PATH_MAX) out of a line of mountinfo that is of it. */
int open_hierarchy(bool (*parse)(const char *line, char *point), bool (*is_root_of)(int folder));

#endif
