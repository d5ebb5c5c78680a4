// SPDX-License-Identifier: Apache-2.0
/*
 * count seed
 * count load NAME NAMESPACE ADDRESS BATCHES KIND...
 * count pins NAME FOLDER
 * Counts instructions in a machine whose time stamp counter counts them (QEMU's icount), and prints lines of
 *   count NAME WHAT NUMBER
 * `load` opens connections to ADDRESS in NAMESPACE ("-" for its own), sends datagrams or a bulk of bytes there: one
 * line for each kind and batch, with the instructions each one took, and one with how many of the kind there were in
 * all ("KIND-all": batches that are not counted included). `pins` reads a tracer's pins once, in the order of
 * flow-exporter: one line with the instructions of it all ("reading"). `seed` makes the random generator ready, alike
 * every time.
 *
 * One thread plays both ends, so that nothing depends on which of two would have been scheduled first.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <x86intrin.h>

#define PORT 9000
#define REQUEST 100
#define RESPONSE 200
#define DATAGRAM 100
#define CHUNK 50000
#define CHUNKS 20 /* of a megabyte */
#define WARM_UPS 1 /* batches that are not counted: slabs, caches of routes, pages of the program */

static char bytes[1 << 20];

struct ends {
	struct sockaddr_in address;
	int listener;
	int sender;
	int receiver;
};

static void check(long result, const char *what)
{
	if (result >= 0)
		return;
	fprintf(stderr, "count: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void expect(long result, long expected, const char *what)
{
	check(result, what);
	if (result == expected)
		return;
	fprintf(stderr, "count: %s: %ld of %ld\n", what, result, expected);
	exit(1);
}

static void seed(void)
{
	struct {
		struct rand_pool_info head;
		unsigned char bytes[64];
	} pool = { .head = { .entropy_count = 512, .buf_size = 64 } };
	int fd = open("/dev/urandom", O_RDWR);

	memset(pool.head.buf, 0x5a, 64);
	check(fd, "/dev/urandom");
	check(ioctl(fd, RNDADDENTROPY, &pool), "RNDADDENTROPY");
	close(fd);
}

static int enter(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	check(fd, path);
	check(setns(fd, CLONE_NEWNET), path);
	return close(fd);
}

static void open_server(struct ends *ends)
{
	int on = 1;

	ends->listener = socket(AF_INET, SOCK_STREAM, 0);
	ends->receiver = socket(AF_INET, SOCK_DGRAM, 0);
	check(setsockopt(ends->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), "SO_REUSEADDR");
	check(bind(ends->listener, (void *)&ends->address, sizeof(ends->address)), "bind");
	check(listen(ends->listener, 10), "listen");
	check(bind(ends->receiver, (void *)&ends->address, sizeof(ends->address)), "bind");
}

/* A socket stays in the namespace it was made in. */
static void open_ends(struct ends *ends, const char *namespace, const char *address)
{
	char path[128];

	ends->address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(PORT) };
	expect(inet_pton(AF_INET, address, &ends->address.sin_addr), 1, address);
	snprintf(path, sizeof(path), "/run/netns/%s", namespace);
	if (strcmp(namespace, "-") != 0)
		enter(path);
	open_server(ends);
	if (strcmp(namespace, "-") != 0)
		enter("/proc/1/ns/net");
	ends->sender = socket(AF_INET, SOCK_DGRAM, 0);
	check(connect(ends->sender, (void *)&ends->address, sizeof(ends->address)), "connect");
}

static void connect_both(const struct ends *ends, int pair[2])
{
	pair[0] = socket(AF_INET, SOCK_STREAM, 0);
	check(connect(pair[0], (void *)&ends->address, sizeof(ends->address)), "connect");
	pair[1] = accept(ends->listener, NULL, NULL);
	check(pair[1], "accept");
}

static void close_both(const int pair[2])
{
	close(pair[0]);
	close(pair[1]);
}

static void say(int from, int to, int length)
{
	expect(send(from, bytes, length, 0), length, "send");
	expect(recv(to, bytes, length, MSG_WAITALL), length, "recv");
}

static unsigned long long connections(const struct ends *ends, int number)
{
	unsigned long long start = __rdtsc();
	int pair[2];

	for (int i = 0; i < number; i++) {
		connect_both(ends, pair);
		say(pair[0], pair[1], REQUEST);
		say(pair[1], pair[0], RESPONSE);
		close_both(pair);
	}
	return __rdtsc() - start;
}

static unsigned long long datagrams(const struct ends *ends, int number)
{
	unsigned long long start = __rdtsc();

	for (int i = 0; i < number; i++)
		say(ends->sender, ends->receiver, DATAGRAM);
	return __rdtsc() - start;
}

/* Over one connection, whose start and end are not counted. */
static unsigned long long megabytes(const struct ends *ends, int number)
{
	unsigned long long start;
	int pair[2];

	connect_both(ends, pair);
	say(pair[0], pair[1], CHUNK);
	start = __rdtsc();
	for (int i = 0; i < number * CHUNKS; i++)
		say(pair[0], pair[1], CHUNK);
	start = __rdtsc() - start;
	close_both(pair);
	return start;
}

static const struct kind {
	const char *name;
	unsigned long long (*run)(const struct ends *ends, int number);
	int number; /* in a batch */
} kinds[] = { { "connection", connections, 500 }, { "datagram", datagrams, 1000 }, { "megabyte", megabytes, 10 } };

static const struct kind *kind_named(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	fprintf(stderr, "count: no kind is named %s\n", name);
	exit(2);
}

static void load(const char *name, const struct ends *ends, int batches, char *const *names)
{
	for (int i = -WARM_UPS; i < batches; i++)
		for (char *const *each = names; *each; each++) {
			const struct kind *kind = kind_named(*each);
			unsigned long long instructions = kind->run(ends, kind->number);

			if (i >= 0)
				printf("count %s %s %llu\n", name, kind->name, instructions / kind->number);
		}
	for (char *const *each = names; *each; each++)
		printf("count %s %s-all %d\n", name, *each, kind_named(*each)->number * (WARM_UPS + batches));
}

/* A pass without output is paused by the kernel now and then (EAGAIN): read on. */
static void read_pin(const char *folder, const char *pin)
{
	char path[256];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, pin);
	fd = open(path, O_RDONLY);
	if (fd < 0 && errno == ENOENT)
		return;
	check(fd, path);
	do
		got = read(fd, bytes, sizeof(bytes));
	while (got > 0 || (got < 0 && errno == EAGAIN));
	check(got, path);
	close(fd);
}

static void pins(const char *name, const char *folder)
{
	static const char *const order[] = { "status", "closed", "closed_ack", "snapshot", "live", "udp" };
	unsigned long long start;

	memset(bytes, 0, sizeof(bytes));
	start = __rdtsc();
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		read_pin(folder, order[i]);
	printf("count %s reading %llu\n", name, __rdtsc() - start);
}

int main(int argc, char **argv)
{
	struct ends ends;

	if (argc == 2 && strcmp(argv[1], "seed") == 0) {
		seed();
	} else if (argc >= 7 && strcmp(argv[1], "load") == 0) {
		open_ends(&ends, argv[3], argv[4]);
		load(argv[2], &ends, atoi(argv[5]), argv + 6);
	} else if (argc == 4 && strcmp(argv[1], "pins") == 0) {
		pins(argv[2], argv[3]);
	} else {
		return 2;
	}
	return 0;
}
