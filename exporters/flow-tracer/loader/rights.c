// SPDX-License-Identifier: Apache-2.0
#include "rights.h"

#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "log.h"

/* CAP_SYS_ADMIN has always had the rights that Linux 5.8 gave to CAP_BPF and CAP_PERFMON. */
static bool has(__u64 capabilities, int capability)
{
	return capabilities & (1ULL << capability | 1ULL << CAP_SYS_ADMIN);
}

static __u64 effective_capabilities(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	unsigned long long capabilities = 0;
	char line[256];

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "CapEff: %llx", &capabilities) == 1)
			break;
	fclose(file);
	return capabilities;
}

bool is_in_first_user_namespace(void)
{
	FILE *file = fopen("/proc/self/uid_map", "re");
	unsigned long inside = 1, outside = 1, count = 0;
	int found;

	if (!file)
		return true;
	found = fscanf(file, "%lu %lu %lu", &inside, &outside, &count);
	fclose(file);
	return found == 3 && inside == 0 && outside == 0 && count >= 0xffffffffUL;
}

int check_rights(void)
{
	__u64 capabilities = effective_capabilities();
	bool bpf = has(capabilities, CAP_BPF), perfmon = has(capabilities, CAP_PERFMON);

	if (!bpf || !perfmon) {
		log_line(LOG_ERROR, "RIGHTS_MISSING",
			 "%s missing: without, the kernel loads no program that reads its memory, even where it allows "
			 "unprivileged BPF; run as root, or grant BPF, PERFMON and, for UDP, NET_ADMIN",
			 perfmon ? "capability BPF is" : bpf ? "capability PERFMON is" : "capabilities BPF and PERFMON are");
		return -1;
	}
	if (is_in_first_user_namespace())
		return 0;
	log_line(LOG_ERROR, "RIGHTS_MISSING",
		 "this process is in a user namespace (a rootless engine?), whose capabilities the kernel does not accept for "
		 "loading BPF programs; run it in the host's own user namespace");
	return -1;
}

bool may_attach_to_cgroups(void)
{
	return has(effective_capabilities(), CAP_NET_ADMIN);
}

/* The helper came with the accounting by control group, which put an end to that limit. */
static bool has_limit(void)
{
	return libbpf_probe_bpf_helper(BPF_PROG_TYPE_SOCKET_FILTER, BPF_FUNC_ktime_get_coarse_ns, NULL) == 0;
}

int check_locked_memory(__u64 table_bytes)
{
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	struct rlimit limit;

	if (!has_limit() || setrlimit(RLIMIT_MEMLOCK, &none) == 0)
		return 0;
	if (getrlimit(RLIMIT_MEMLOCK, &limit) || limit.rlim_max == RLIM_INFINITY || limit.rlim_max > 2 * table_bytes)
		return 0;
	log_line(LOG_ERROR, "LOCKED_MEMORY_LIMITED",
		 "tables of %llu bytes do not fit under this process's limit of locked memory, %llu bytes, which holds for BPF "
		 "before Linux 5.11; raise it (ulimit -l, LimitMEMLOCK=, --ulimit memlock=), or lower --max-flows (FLOW_MAX_FLOWS)",
		 table_bytes, (unsigned long long)limit.rlim_max);
	return -1;
}
