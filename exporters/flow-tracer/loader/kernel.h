/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel can do, found out by trying. */
#ifndef FLOWTALLY_KERNEL_H
#define FLOWTALLY_KERNEL_H

/* "Linux 6.1.0-49-amd64 on x86_64": valid until the next call. */
const char *kernel_name(void);

/* What nothing goes without: 0, or -1 after naming the first that this kernel lacks. */
int check_kernel(void);

#endif
