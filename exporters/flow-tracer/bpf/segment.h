/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* A TCP segment, as a cgroup_skb program is given it. */
#ifndef FLOWTALLY_SEGMENT_H
#define FLOWTALLY_SEGMENT_H

#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86DD
#define NEXT_IS_OPTIONS 0 /* ahead of TCP's header in IPv6: a segment of more than 64 KiB says its length there */
#define ALLOW 1 /* what the program says of it */
#define SYN 2

/* What of a segment lies behind its headers. */
struct payload {
	__u32 offset;
	__u32 length;
	__u32 sequence; /* of its first byte */
	__u32 transport; /* where TCP's header begins */
};

static __always_inline bool skip_ipv6(struct __sk_buff *skb, __u32 *offset)
{
	__u8 options[2]; /* what comes next, and how long they are, in eights of bytes behind the first eight */
	__u8 next;

	*offset = sizeof(struct ipv6hdr);
	if (bpf_skb_load_bytes(skb, 6, &next, sizeof(next)))
		return false;
	if (next != NEXT_IS_OPTIONS)
		return next == IPPROTO_TCP;
	if (bpf_skb_load_bytes(skb, *offset, options, sizeof(options)))
		return false;
	*offset += (options[1] + 1) * 8;
	return options[0] == IPPROTO_TCP;
}

static __always_inline bool find_payload(struct payload *payload, struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	__u32 words[3]; /* of TCP's header, from the second: sequence, acknowledgement, and its own length */
	struct iphdr *ip = data;
	__u32 offset;

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		if ((void *)(ip + 1) > end)
			return false;
		offset = ip->ihl * 4;
	} else if (skb->protocol != bpf_htons(ETH_P_IPV6) || !skip_ipv6(skb, &offset)) {
		return false;
	}
	if (bpf_skb_load_bytes(skb, offset + 4, words, sizeof(words)))
		return false;
	payload->transport = offset;
	payload->sequence = bpf_ntohl(words[0]) + !!(bpf_ntohl(words[2]) >> 16 & SYN); /* which takes a number itself */
	payload->offset = offset + (bpf_ntohl(words[2]) >> 28) * 4;
	payload->length = skb->len - payload->offset;
	return skb->len > payload->offset;
}

static __always_inline bool is_later(__u32 sequence, __u32 than)
{
	return (__s32)(sequence - than) > 0;
}

#endif
