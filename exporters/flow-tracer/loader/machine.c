// SPDX-License-Identifier: Apache-2.0
#include "machine.h"

#include <limits.h>
#include <stdio.h>

/* The number in the first line that `format` fits; 0 where there is none. */
static __u64 find_number(const char *path, const char *format)
{
	FILE *file = fopen(path, "re");
	unsigned long long number = 0;
	char line[256];

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, format, &number) == 1)
			break;
	fclose(file);
	return number;
}

/* Of the numbers in sockstat `alloc` is the kernel's own count: the others are of one network namespace each. */
struct machine read_machine(void)
{
	return (struct machine){
		.memory_bytes = find_number("/proc/meminfo", "MemTotal: %llu kB") * 1024,
		.limit_bytes = memory_limit(),
		.tcp_sockets = find_number("/proc/net/sockstat", "TCP: inuse %*u orphan %*u tw %*u alloc %llu"),
	};
}
