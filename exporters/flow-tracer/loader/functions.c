// SPDX-License-Identifier: Apache-2.0
/*
 * Whether a program may hang on a kernel function depends on the kernel's version, architecture and configuration, and
 * on what the compiler has made of the function. So each is tried.
 */
#include "functions.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <unistd.h>

bool kernel_has_function(const char *name)
{
	return libbpf_find_vmlinux_btf_id(name, BPF_TRACE_FENTRY) > 0;
}

/* return 0 */
static int load_nothing(int function)
{
	const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_FENTRY, .attach_btf_id = function);

	return bpf_prog_load(BPF_PROG_TYPE_TRACING, NULL, "GPL", nothing, sizeof(nothing) / sizeof(nothing[0]), &options);
}

bool function_takes_program(const char *name)
{
	int function = libbpf_find_vmlinux_btf_id(name, BPF_TRACE_FENTRY);
	int program = function > 0 ? load_nothing(function) : -1;
	int link = program >= 0 ? bpf_raw_tracepoint_open(NULL, program) : -1;

	if (link >= 0)
		close(link);
	if (program >= 0)
		close(program);
	return link >= 0;
}
