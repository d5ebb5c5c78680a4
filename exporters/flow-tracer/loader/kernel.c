// SPDX-License-Identifier: Apache-2.0
/*
 * Distributions bring features to older kernels, and leave some out of newer ones, so versions say too little.
 */
#include "kernel.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "log.h"
#include "trials.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"
#define LOCKDOWN "/sys/kernel/security/lockdown"
#define NOT_IN_THIS_JIT 524 /* ENOTSUPP, which no libc has a text for */

const char *kernel_name(void)
{
	static char name[256];
	struct utsname host = {};

	uname(&host);
	snprintf(name, sizeof(name), "Linux %s on %s", host.release, host.machine);
	return name;
}

static int check_btf(void)
{
	if (access(KERNEL_BTF, R_OK) == 0)
		return 0;
	log_line(LOG_ERROR, "BTF_MISSING",
		 "%s does not describe its types: %s: %s; boot a kernel built with CONFIG_DEBUG_INFO_BTF, as distributions' are",
		 kernel_name(), KERNEL_BTF, strerror(errno));
	return -1;
}

/* The file, "none integrity [confidentiality]", is not to be seen in a container: there the helper shows it. */
static bool is_locked_down(void)
{
	char modes[128] = "";
	FILE *file = fopen(LOCKDOWN, "re");

	if (!file)
		return false;
	if (!fgets(modes, sizeof(modes), file))
		modes[0] = '\0';
	fclose(file);
	return strstr(modes, "[confidentiality]");
}

static int check_lockdown(void)
{
	if (!is_locked_down() && can_read_kernel())
		return 0;
	log_line(LOG_ERROR, "LOCKED_DOWN",
		 "%s does not let BPF programs read its memory, so that no socket's counters can be had: it is locked down "
		 "(confidentiality), or older than 5.5; boot it with lockdown=integrity, or without lockdown",
		 kernel_name());
	return -1;
}

static int check_atomics(void)
{
	int error = try_fetch_atomics();

	if (!error)
		return 0;
	if (error == EPERM)
		log_line(LOG_ERROR, "RIGHTS_MISSING",
			 "%s refuses even a program of five instructions, though this process has the capabilities: a seccomp profile "
			 "or a security module forbids the system call bpf(); allow it for this process",
			 kernel_name());
	else
		log_line(LOG_ERROR, "ATOMICS_MISSING",
			 "%s refuses BPF atomics that return a value (%s), by which the tables change hands; boot 5.12 or newer, on "
			 "arm64 5.18 or newer",
			 kernel_name(), error == NOT_IN_THIS_JIT ? "not in its compiler" : strerror(error));
	return -1;
}

/* The kernel's types have a function for each thing that can be iterated over, and a type for each tracepoint. */
static const struct {
	const char *name;
	int kind;
	const char *what;
} essentials[] = {
	{ "bpf_iter_bpf_map_elem", BTF_KIND_FUNC, "no iterators over tables" },
	{ "btf_trace_inet_sock_set_state", BTF_KIND_TYPEDEF, "no tracepoint inet_sock_set_state" },
	{ "btf_trace_tcp_destroy_sock", BTF_KIND_TYPEDEF, "no tracepoint tcp_destroy_sock" },
};

static int check_hooks(void)
{
	struct btf *types = btf__load_vmlinux_btf();
	int result = 0;

	for (size_t i = 0; types && !result && i < sizeof(essentials) / sizeof(essentials[0]); i++) {
		if (btf__find_by_name_kind(types, essentials[i].name, essentials[i].kind) >= 0)
			continue;
		log_line(LOG_ERROR, "HOOKS_MISSING",
			 "%s has %s: %s is not among its types; boot a newer one, 6.1 or later is tested", kernel_name(),
			 essentials[i].what, essentials[i].name);
		result = -1;
	}
	btf__free(types);
	return result;
}

int check_kernel(void)
{
	return check_btf() || check_atomics() || check_lockdown() || check_hooks() ? -1 : 0;
}
