// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* The programs that the kernel runs as sockets open, end and send. What they do is in the two headers. */
#include "cast.h"
#include "sockets.h"
#include "udp_functions.h"

char LICENSE[] SEC("license") = "GPL";
