/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel lets this process do. */
#ifndef FLOWTALLY_RIGHTS_H
#define FLOWTALLY_RIGHTS_H

#include <linux/types.h>
#include <stdbool.h>

/* Whether programs may be loaded at all: 0, or -1 after naming what is missing. */
int check_rights(void);

/* What the fallback for UDP needs: programs at a cgroup. */
bool may_attach_to_cgroups(void);

/* Before 5.11 tables count against a limit of the process: 0, or -1 after saying that they will not fit. */
int check_locked_memory(__u64 table_bytes);

/* The host's own user namespace; the rights in another one do not count. */
bool is_in_first_user_namespace(void);

#endif
