/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_CGROUP_H
#define FLOWTALLY_CGROUP_H

/* Opens the root of the host's v2 hierarchy, wherever it is mounted here: a descriptor, or -1 with errno
 * (ENOENT: only parts of the hierarchy can be seen). */
int open_cgroup_root(void);

#endif
