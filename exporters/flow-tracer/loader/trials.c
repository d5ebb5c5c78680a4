// SPDX-License-Identifier: Apache-2.0
/* Programs of a few instructions, which are loaded and never run. */
#include "trials.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <unistd.h>

/* 0, or the errno it was refused with. */
static int try_program(const struct bpf_insn *instructions, size_t count)
{
	int program = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, NULL, "GPL", instructions, count, NULL);

	if (program < 0)
		return errno;
	close(program);
	return 0;
}

/* bpf_probe_read_kernel(fp - 8, 8, NULL), which fails when it runs; it never does. */
bool can_read_kernel(void)
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

/* fp[-8] = 0; r1 = 1; r1 = atomic_fetch_add(fp - 8, r1); return 0 */
int try_fetch_atomics(void)
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
