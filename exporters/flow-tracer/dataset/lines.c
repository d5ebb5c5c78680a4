// SPDX-License-Identifier: Apache-2.0
#include "lines.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "dataset.h"
#include "rows.h"

static void put_text(const char *name, const char *text)
{
	printf(",\"%s\":\"", name);
	for (; *text; text++) {
		unsigned char c = *text;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void put_number(const char *name, __u64 number)
{
	printf(",\"%s\":%llu", name, number);
}

static void put_known(const char *name, __u64 number)
{
	if (number != NOT_KNOWN)
		put_number(name, number);
}

static void put_truth(const char *name, bool is_true)
{
	printf(",\"%s\":%s", name, is_true ? "true" : "false");
}

static void begin_line(const char *kind)
{
	printf("{\"kind\":\"%s\"", kind);
}

static void begin_line_now(const char *kind)
{
	begin_line(kind);
	put_number("atNs", boot_time_ns());
}

static void end_line(void)
{
	puts("}");
}

void tell_ready(bool sees_calls, enum memory_kind memory, const char *note)
{
	static const char *const names[] = { [MEMORY_NONE] = "none", [MEMORY_LLC] = "llc", [MEMORY_FAULTS] = "faults" };

	begin_line_now("ready");
	put_text("firstCall", sees_calls ? "tracepoint" : "queue");
	put_text("memory", names[memory]);
	printf(",\"notes\":[");
	if (!sees_calls)
		printf("\"first_call is what the sender had queued as the first segment left: this kernel has no tracepoint at the end of send "
		       "calls (6.3), and of a call larger than the kernel takes at once it is a part\"%s", *note ? "," : "");
	if (*note)
		printf("\"%s\"", note);
	printf("]");
	end_line();
}

void tell_attached(const char *id, const char *path)
{
	begin_line_now("attached");
	put_text("containerId", id);
	put_text("cgroup", path);
	end_line();
}

void tell_gone(const char *id)
{
	begin_line_now("gone");
	put_text("containerId", id);
	end_line();
}

static void put_address(const char *name, const __u8 *address)
{
	static const __u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	char text[INET6_ADDRSTRLEN];

	if (memcmp(address, mapped, sizeof(mapped)) == 0)
		inet_ntop(AF_INET, address + sizeof(mapped), text, sizeof(text));
	else
		inet_ntop(AF_INET6, address, text, sizeof(text));
	put_text(name, text);
}

static void put_traffic(const char *name, const struct traffic *traffic)
{
	printf(",\"%s\":{\"sentBytes\":%llu,\"receivedBytes\":%llu}", name, traffic->sent, traffic->received);
}

static void put_process(const struct dataset_sender *sender)
{
	printf(",\"process\":{\"pid\":%u", sender->pid);
	put_text("comm", sender->comm);
	put_number("startNs", sender->start_ns);
	put_number("cpuNs", sender->cpu_ns);
	put_number("readBytes", sender->read_bytes);
	put_number("writtenBytes", sender->written_bytes);
	put_number("minorFaults", sender->minor_faults);
	put_number("majorFaults", sender->major_faults);
	put_number("residentBytes", sender->resident_bytes);
	putchar('}');
}

static void put_thread(const struct dataset_sender *sender)
{
	printf(",\"thread\":{\"cpuNs\":%llu", sender->thread_cpu_ns);
	put_known("readCallBytes", sender->thread_read_bytes);
	put_known("readCalls", sender->thread_reads);
	put_number("voluntarySwitches", sender->thread_voluntary_switches);
	put_number("involuntarySwitches", sender->thread_involuntary_switches);
	putchar('}');
}

void tell_flow(const char *id, const struct dataset_flow *flow)
{
	static const char *const ends[] = { [ENDED_BY_CLOSE] = "closed", [ENDED_BY_GAP] = "gap", [NOT_ENDED] = "recording" };

	begin_line("flow");
	put_text("containerId", id);
	put_address("sourceAddress", flow->source_address);
	put_number("sourcePort", flow->source_port);
	put_address("destinationAddress", flow->destination_address);
	put_number("destinationPort", flow->destination_port);
	if (flow->role != ROLE_UNKNOWN)
		put_truth("isClient", flow->role == ROLE_CLIENT);
	put_number("startNs", flow->start_ns);
	put_number("lastNs", flow->last_ns);
	put_number("bytes", flow->bytes);
	put_known("firstCallBytes", flow->first_call);
	put_known("calls", flow->calls);
	put_traffic("before", &flow->before);
	put_traffic("beforeWithPeer", &flow->before_with_peer);
	printf(",\"rttSeconds\":%.6f", flow->rtt_us / 1e6);
	if (flow->sender.pid) {
		put_number("calledNs", flow->sender.called_ns);
		put_process(&flow->sender);
		put_thread(&flow->sender);
	}
	put_text("end", ends[flow->end]);
	put_truth("isWhole", flow->whole);
	end_line();
}

void tell_queue(const char *id, __u64 queued_bytes, const struct memory *memory)
{
	begin_line_now("queue");
	put_text("containerId", id);
	put_number("queuedBytes", queued_bytes);
	if (memory) {
		put_number("memoryReadBytes", memory->read_bytes);
		put_number("memoryWrittenBytes", memory->written_bytes);
	}
	end_line();
}

void tell_end(__u64 flows, __u64 lost, __u64 open_flows)
{
	begin_line_now("end");
	put_number("flows", flows);
	put_number("lost", lost);
	put_number("openFlows", open_flows);
	end_line();
}
