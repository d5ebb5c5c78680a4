// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   HTTP/1 requests of the containers that the user names: method, code, and how long the answer took to begin.
 * Hook:   cgroup_skb ingress and egress at these containers' control groups (--http). Sockets elsewhere pass no program.
 * Map:    http_exchanges, one for each connection; http_early; http_totals.
 * Cost:   see docs/decisions/0023-http-of-named-containers.md.
 * Reader: pin `http`, one at a time: rows that were read and have been idle for five minutes go.
 *
 * A request is what a client sends first, and what it sends first after an answer began; an answer is what the server sends
 * first after a request. Bodies are so never taken for either, whatever is in them, but where the server answers before it has
 * had the whole body. Segments that are sent anew, and a start that came in several segments, are one. Nothing is changed or
 * held up: a program here can only drop a packet, and these never do.
 *
 * A server may have the kernel make no socket before the first data is there (TCP_DEFER_ACCEPT): the request passes with the
 * listening socket then, and waits in http_early for the new one's first segment.
 */
#include "segment.h"
#include "rows.h"

#define TCP_LISTEN 10
#define KEPT_NS 300000000000ULL /* a row that was read and is idle */
#define EARLY_NS 60000000000ULL /* until the server's first segment */
#define START_BYTES 12 /* "HTTP/1.1 200", "DELETE /…" */

enum exchange_state {
	EXPECTS_REQUEST = 0, /* nothing came yet, or an answer is on its way */
	EXPECTS_ANSWER = 1,
	NOT_HTTP = 2, /* TLS, HTTP/2, a protocol of its own: looked at no more */
};

struct exchange {
	__u64 asked_ns;
	__u32 last_request; /* sequence number at which it began */
	__u32 last_answer;
	__u8 state; /* enum exchange_state */
	__u8 method; /* enum http_method */
	__u8 got; /* bytes of the start, where that is still to come in another segment */
	__u8 answered; /* one at least */
	char start[2 * START_BYTES];
	__u8 reserved[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct exchange);
} http_exchanges SEC(".maps");

struct http_key {
	__u64 cgroup_id;
	__u8 client_address[16];
	__u16 port;
	__u16 code;
	__u8 method;
	__u8 reserved[3];
};

struct http_total {
	__u64 count;
	__u64 latency_ns;
	__u64 last_ns;
	__u64 shown; /* count, as of the last reading */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, struct http_key);
	__type(value, struct http_total);
} http_totals SEC(".maps");

/* Of a connection. */
struct http_tuple {
	__u8 client_address[16];
	__u8 server_address[16];
	__u32 ports; /* the client's and the server's, as TCP's header of the client's segments has them */
};

struct early_request {
	__u64 asked_ns;
	__u32 sequence;
	__u8 method;
	__u8 reserved[3];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct http_tuple);
	__type(value, struct early_request);
} http_early SEC(".maps");

static bool any_early; /* there was one: only then servers' segments are looked up in http_early */

__u64 http_lost; /* answers that http_totals had no room for */
__u64 http_unseen; /* requests that came before the socket, and that http_early had no room for */

static __always_inline struct bpf_sock *tcp_socket(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	sk = sk ? bpf_sk_fullsock(sk) : NULL;
	return sk && sk->protocol == IPPROTO_TCP ? sk : NULL;
}

/*
 * Of 1 to 16, as it is. Linux 6.1 learns nothing from a comparison with 0, and refuses a length that might be none; the
 * barrier keeps the compiler from leaving out what it knows to change nothing.
 */
static __always_inline __u32 one_at_least(__u32 length)
{
	length--;
	barrier_var(length);
	return (length & 15) + 1;
}

/* True once the first bytes of a request or an answer are there. A payload is never empty. */
static __always_inline bool gather(struct exchange *exchange, struct __sk_buff *skb, const struct payload *payload)
{
	__u32 got = exchange->got & 15, take = START_BYTES - got;

	if (got >= START_BYTES)
		return false;
	if (payload->length < take)
		take = payload->length;
	take = one_at_least(take);
	if (bpf_skb_load_bytes(skb, payload->offset, exchange->start + got, take))
		return false;
	exchange->got = got + take;
	if (exchange->got < START_BYTES)
		return false;
	exchange->got = 0;
	return true;
}

#define FOUR(a, b, c, d) ((__u32)(a) | (__u32)(b) << 8 | (__u32)(c) << 16 | (__u32)(d) << 24)

/* By its first four letters, and by the space behind it; 0: none. */
static __always_inline __u8 method_of(const char *start)
{
	switch (*(const __u32 *)start) {
	case FOUR('G', 'E', 'T', ' '):
		return HTTP_GET;
	case FOUR('P', 'U', 'T', ' '):
		return HTTP_PUT;
	case FOUR('H', 'E', 'A', 'D'):
		return start[4] == ' ' ? HTTP_HEAD : 0;
	case FOUR('P', 'O', 'S', 'T'):
		return start[4] == ' ' ? HTTP_POST : 0;
	case FOUR('T', 'R', 'A', 'C'):
		return start[5] == ' ' ? HTTP_TRACE : 0;
	case FOUR('P', 'A', 'T', 'C'):
		return start[5] == ' ' ? HTTP_PATCH : 0;
	case FOUR('D', 'E', 'L', 'E'):
		return start[6] == ' ' ? HTTP_DELETE : 0;
	case FOUR('C', 'O', 'N', 'N'):
		return start[7] == ' ' ? HTTP_CONNECT : 0;
	case FOUR('O', 'P', 'T', 'I'):
		return start[7] == ' ' ? HTTP_OPTIONS : 0;
	}
	return 0;
}

static __always_inline bool is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

/* Of "HTTP/1.1 200"; 0: none. */
static __always_inline __u16 code_of(const char *start)
{
	if (*(const __u32 *)start != FOUR('H', 'T', 'T', 'P') || start[4] != '/' || start[5] != '1' || start[8] != ' ')
		return 0;
	if (!is_digit(start[9]) || !is_digit(start[10]) || !is_digit(start[11]))
		return 0;
	return (start[9] - '0') * 100 + (start[10] - '0') * 10 + (start[11] - '0');
}

static __always_inline void load_addresses(struct __sk_buff *skb, __u8 *source, __u8 *destination)
{
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		source[10] = source[11] = destination[10] = destination[11] = 0xff;
		bpf_skb_load_bytes(skb, 12, source + 12, 4);
		bpf_skb_load_bytes(skb, 16, destination + 12, 4);
	} else {
		bpf_skb_load_bytes(skb, 8, source, 16);
		bpf_skb_load_bytes(skb, 24, destination, 16);
	}
}

/* Of a segment that the client has sent, or the server. */
static __always_inline void fill_tuple(struct http_tuple *tuple, struct __sk_buff *skb, const struct payload *payload, bool from_client)
{
	__u32 ports = 0; /* the sender's comes first */

	bpf_skb_load_bytes(skb, payload->transport, &ports, sizeof(ports));
	if (from_client) {
		tuple->ports = ports;
		load_addresses(skb, tuple->client_address, tuple->server_address);
	} else {
		tuple->ports = ports << 16 | ports >> 16;
		load_addresses(skb, tuple->server_address, tuple->client_address);
	}
}

/* Not inlined, as the next one is not: both are seldom needed. */
static __noinline int note_early(struct __sk_buff *skb, const struct payload *payload)
{
	struct early_request request = { .asked_ns = bpf_ktime_get_boot_ns(), .sequence = payload->sequence };
	struct http_tuple tuple = {};
	char start[START_BYTES];

	if (bpf_skb_load_bytes(skb, payload->offset, start, sizeof(start)))
		return 0;
	request.method = method_of(start);
	if (!request.method)
		return 0;
	fill_tuple(&tuple, skb, payload, true);
	any_early = true;
	if (bpf_map_update_elem(&http_early, &tuple, &request, BPF_ANY))
		__sync_fetch_and_add(&http_unseen, 1);
	return 0;
}

/* Whether there was one, ahead of this segment's socket. */
static __noinline int take_early(struct __sk_buff *skb, const struct payload *payload, bool from_client, struct early_request *request)
{
	struct http_tuple tuple = {};
	struct early_request *found;

	fill_tuple(&tuple, skb, payload, from_client);
	found = bpf_map_lookup_elem(&http_early, &tuple);
	if (!found)
		return 0;
	*request = *found;
	bpf_map_delete_elem(&http_early, &tuple);
	return bpf_ktime_get_boot_ns() - request->asked_ns < EARLY_NS;
}

/* The exchange that such a request began; NULL: there was none. */
static __always_inline struct exchange *early_exchange(struct __sk_buff *skb, struct bpf_sock *sk, const struct payload *payload,
						       bool from_client)
{
	struct early_request request = {};
	struct exchange *exchange;

	if (!any_early || !take_early(skb, payload, from_client, &request))
		return NULL;
	exchange = bpf_sk_storage_get(&http_exchanges, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!exchange)
		return NULL;
	exchange->asked_ns = request.asked_ns;
	exchange->last_request = request.sequence;
	exchange->method = request.method;
	exchange->state = EXPECTS_ANSWER;
	return exchange;
}

SEC("cgroup_skb/ingress")
int http_received(struct __sk_buff *skb)
{
	struct bpf_sock *sk = tcp_socket(skb);
	struct exchange *exchange;
	struct payload payload;

	if (!sk)
		return ALLOW;
	exchange = bpf_sk_storage_get(&http_exchanges, sk, 0, 0);
	if (exchange && exchange->state != EXPECTS_REQUEST)
		return ALLOW;
	if (!find_payload(&payload, skb))
		return ALLOW;
	if (sk->state == TCP_LISTEN) {
		note_early(skb, &payload);
		return ALLOW;
	}
	if (!exchange && early_exchange(skb, sk, &payload, true))
		return ALLOW;
	if (!exchange)
		exchange = bpf_sk_storage_get(&http_exchanges, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!exchange || (exchange->asked_ns && !is_later(payload.sequence, exchange->last_request)))
		return ALLOW;
	if (!exchange->got)
		exchange->asked_ns = bpf_ktime_get_boot_ns();
	exchange->last_request = payload.sequence;
	if (!gather(exchange, skb, &payload))
		return ALLOW;
	exchange->method = method_of(exchange->start);
	if (exchange->method)
		exchange->state = EXPECTS_ANSWER;
	else if (!exchange->answered)
		exchange->state = NOT_HTTP;
	return ALLOW;
}

static __always_inline void fill_key(struct http_key *key, struct __sk_buff *skb, struct bpf_sock *sk)
{
	key->cgroup_id = bpf_skb_cgroup_id(skb);
	key->port = sk->src_port;
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		key->client_address[10] = key->client_address[11] = 0xff;
		bpf_skb_load_bytes(skb, 16, key->client_address + 12, 4);
	} else {
		bpf_skb_load_bytes(skb, 24, key->client_address, 16);
	}
}

static __always_inline struct http_total *total_of(const struct http_key *key)
{
	struct http_total *total = bpf_map_lookup_elem(&http_totals, key), nothing = {};

	if (total)
		return total;
	bpf_map_update_elem(&http_totals, key, &nothing, BPF_NOEXIST);
	return bpf_map_lookup_elem(&http_totals, key);
}

static __always_inline void count(const struct http_key *key, __u64 asked_ns)
{
	__u64 now_ns = bpf_ktime_get_boot_ns();
	struct http_total *total = total_of(key);

	if (!total) {
		__sync_fetch_and_add(&http_lost, 1);
		return;
	}
	__sync_fetch_and_add(&total->count, 1);
	__sync_fetch_and_add(&total->latency_ns, now_ns - asked_ns);
	total->last_ns = now_ns;
}

SEC("cgroup_skb/egress")
int http_sent(struct __sk_buff *skb)
{
	struct bpf_sock *sk = tcp_socket(skb);
	struct exchange *exchange = sk ? bpf_sk_storage_get(&http_exchanges, sk, 0, 0) : NULL;
	struct http_key key = {};
	struct payload payload;

	if (!sk || (!exchange && !any_early) || (exchange && exchange->state != EXPECTS_ANSWER) || !find_payload(&payload, skb))
		return ALLOW;
	if (!exchange)
		exchange = early_exchange(skb, sk, &payload, false);
	if (!exchange)
		return ALLOW;
	if (exchange->answered && !is_later(payload.sequence, exchange->last_answer))
		return ALLOW;
	exchange->last_answer = payload.sequence;
	if (!gather(exchange, skb, &payload))
		return ALLOW;
	key.code = code_of(exchange->start);
	if (key.code < 200 && key.code != 101) /* none, or one ahead of the answer, like 100 and 103 */
		return ALLOW;
	exchange->answered = 1;
	exchange->state = key.code == 101 || exchange->method == HTTP_CONNECT ? NOT_HTTP : EXPECTS_REQUEST;
	key.method = exchange->method;
	fill_key(&key, skb, sk);
	count(&key, exchange->asked_ns);
	return ALLOW;
}

/* Of clients that come no more; the next one like it begins anew from 0. */
static __always_inline bool is_over(const struct http_total *total)
{
	return total->shown == total->count && bpf_ktime_get_boot_ns() - total->last_ns > KEPT_NS;
}

SEC("iter/bpf_map_elem")
int http(struct bpf_iter__bpf_map_elem *ctx)
{
	const struct http_key *key = ctx->key;
	struct http_total *total = ctx->value;
	struct http_row row = { .head = { .size = sizeof(row), .kind = ROW_HTTP, .version = ROWS_VERSION } };

	if (key && total) {
		struct http_key own = *key;

		if (is_over(total)) {
			bpf_map_delete_elem(&http_totals, &own);
			return 0;
		}
		row.port = key->port;
		row.code = key->code;
		row.cgroup_id = key->cgroup_id;
		__builtin_memcpy(row.client_address, key->client_address, 16);
		row.method = key->method;
		row.count = total->count;
		total->shown = row.count;
		row.latency_ns = total->latency_ns;
		row.last_ns = total->last_ns;
	} else { /* the call after the last */
		row.count = http_lost;
		row.latency_ns = http_unseen;
	}
	bpf_seq_write(ctx->meta->seq, &row, sizeof(row));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
