// SPDX-License-Identifier: Apache-2.0
/*
 * Distributions bring features to older kernels, and leave some out of newer ones, so versions tell too little.
 */
#include "kernel.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "log.h"

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

/* 0, or the errno it was refused with. */
static int try_program(const struct bpf_insn *instructions, size_t count)
{
	int program = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, NULL, "GPL", instructions, count, NULL);

	if (program < 0)
		return errno;
	close(program);
	return 0;
}

/* The file, "none integrity [confidentiality]", is not to be seen in a container: there the helper tells. */
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

/* bpf_probe_read_kernel(fp - 8, 8, NULL), which fails when it runs; it never does. */
static bool can_read_kernel(void)
{
	const struct bpf_insn read_kernel[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_1, .imm = -8 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = 8 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3, .imm = 0 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_probe_read_kernel },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return try_program(read_kernel, sizeof(read_kernel) / sizeof(read_kernel[0])) != EINVAL;
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

/* fp[-8] = 0; r1 = 1; r1 = atomic_fetch_add(fp - 8, r1); return 0 */
static int try_fetch_atomics(void)
{
	const struct bpf_insn fetch_add[] = {
		{ .code = BPF_ST | BPF_DW | BPF_MEM, .dst_reg = BPF_REG_10, .off = -8, .imm = 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_1, .imm = 1 },
		{ .code = BPF_STX | BPF_DW | BPF_ATOMIC,
		  .dst_reg = BPF_REG_10,
		  .src_reg = BPF_REG_1,
		  .off = -8,
		  .imm = BPF_ADD | BPF_FETCH },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return try_program(fetch_add, sizeof(fetch_add) / sizeof(fetch_add[0]));
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
