// SPDX-License-Identifier: Apache-2.0
/*
 * peer serve PORT REQUEST RESPONSE: answers each connection's REQUEST bytes with RESPONSE bytes.
 * peer call ADDRESS PORT COUNT REQUEST RESPONSE: makes COUNT connections that carry them, then prints "done".
 * Both keep every socket open until they are ended.
 * peer answer and peer brief: the same, but each connection is closed as soon as it has carried them, and brief ends.
 * peer answer6: as answer, at IPv6 addresses too, where IPv4 callers have mapped ones.
 * peer reset: as brief, but each connection is reset instead of closed.
 * peer scan ADDRESS FIRST COUNT: tries to connect to COUNT ports from FIRST on, one after the other, then prints "done".
 * peer stay MS ADDRESS PORT REQUEST RESPONSE: one connection, closed after MS, or at SIGUSR1 where that comes before.
 * peer toil BEFORE DURING BYTES ADDRESS PORT REQUEST RESPONSE: uses BEFORE ms of CPU, then makes one connection; while
 * it lives, uses DURING ms of CPU, writes BYTES to disk and to memory, and prints "done". Rests for 2 s before and after
 * it connects.
 * peer late MS PORT: accepts one connection after another, reads each to its end, but begins to only after MS.
 * peer orphan ADDRESS PORT BYTES: a child sends them and ends at once; prints "done" then.
 * peer hear PORT: takes datagrams, and answers each with its first half.
 * peer ask ADDRESS PORT COUNT BYTES: sends COUNT datagrams and takes their answers, from one socket, then prints "done".
 * peer pose KIND ADDRESS PORT TO TO_PORT: from an address that need not be its own, tries to connect to another one (KIND
 * tcp) or sends it a byte (udp), then prints "done".
 * peer forge KIND ADDRESS PORT BYTES: connects to ADDRESS, poses as the other end of that, then sends BYTES and prints
 * "done".
 * peer hold KIND MS FROM_PORT ADDRESS PORT BYTES: connects from a port of its own (KIND tcp) or sends a byte from there
 * (udp), then prints "done"; sends BYTES after MS.
 * peer mirror KIND ADDRESS PORT OTHER OTHER_PORT BYTES: exchanges them between two sockets of its own at these addresses,
 * the second of which connects or sends first, then prints "done".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int check(int result, const char *what)
{
	if (result >= 0)
		return result;
	perror(what);
	exit(1);
}

static struct sockaddr_in address_of(const char *host, const char *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };

	inet_pton(AF_INET, host, &address.sin_addr);
	return address;
}

static struct sockaddr_in6 address6_of(const char *host, const char *port)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(atoi(port)) };

	inet_pton(AF_INET6, host, &address.sin6_addr);
	return address;
}

static int connected(const char *host, const char *port)
{
	int six = strchr(host, ':') != NULL;
	int fd = check(socket(six ? AF_INET6 : AF_INET, SOCK_STREAM, 0), "socket");
	struct sockaddr_in6 address6 = address6_of(host, port);
	struct sockaddr_in address = address_of(host, port);

	if (six)
		check(connect(fd, (void *)&address6, sizeof(address6)), "connect");
	else
		check(connect(fd, (void *)&address, sizeof(address)), "connect");
	return fd;
}

static int socket_of(const char *kind)
{
	return check(socket(AF_INET, strcmp(kind, "udp") == 0 ? SOCK_DGRAM : SOCK_STREAM, 0), "socket");
}

static void pose(const char *kind, struct sockaddr_in from, struct sockaddr_in to)
{
	int fd = socket_of(kind), yes = 1;

	check(setsockopt(fd, SOL_IP, IP_TRANSPARENT, &yes, sizeof(yes)), "IP_TRANSPARENT");
	check(bind(fd, (void *)&from, sizeof(from)), "bind");
	check(fcntl(fd, F_SETFL, O_NONBLOCK), "fcntl");
	/* Of a connection nothing more than the first packet is wanted. */
	if (connect(fd, (void *)&to, sizeof(to)) < 0 && errno != EINPROGRESS)
		check(-1, "connect");
	if (strcmp(kind, "udp") == 0)
		check(write(fd, "", 1), "write");
}

static int listening(const char *port, int six)
{
	int fd = check(socket(six ? AF_INET6 : AF_INET, SOCK_STREAM, 0), "socket");
	struct sockaddr_in6 address6 = address6_of("::", port);
	struct sockaddr_in address = address_of("0.0.0.0", port);
	int yes = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (six)
		check(bind(fd, (void *)&address6, sizeof(address6)), "bind");
	else
		check(bind(fd, (void *)&address, sizeof(address)), "bind");
	check(listen(fd, 128), "listen");
	puts("done");
	return fd;
}

static void send_bytes(int fd, size_t left)
{
	static char buffer[65536];

	while (left > 0)
		left -= check(write(fd, buffer, left < sizeof(buffer) ? left : sizeof(buffer)), "write");
}

/* So few at once that each write is one datagram. */
static void send_pieces(int fd, size_t left)
{
	for (; left > 0; left -= left < 1000 ? left : 1000)
		send_bytes(fd, left < 1000 ? left : 1000);
}

static void receive_bytes(int fd, size_t left)
{
	static char buffer[65536];
	int got;

	while (left > 0) {
		got = check(read(fd, buffer, left < sizeof(buffer) ? left : sizeof(buffer)), "read");
		if (got == 0)
			return;
		left -= got;
	}
}

static void serve(char **arguments, int brief, int six)
{
	int listener = listening(arguments[0], six);
	char end;
	int fd;

	for (;;) {
		fd = check(accept(listener, NULL, NULL), "accept");
		receive_bytes(fd, atol(arguments[1]));
		send_bytes(fd, atol(arguments[2]));
		if (!brief)
			continue;
		/* The caller closes first, so that its port rests in TIME_WAIT; or it resets. */
		while (read(fd, &end, 1) > 0)
			;
		close(fd);
	}
}

static void reset_on_close(int fd)
{
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	check(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), "setsockopt");
}

static void call(char **arguments, int brief, int reset)
{
	int fd, left;

	for (left = atoi(arguments[2]); left > 0; left--) {
		fd = connected(arguments[0], arguments[1]);
		send_bytes(fd, atol(arguments[3]));
		receive_bytes(fd, atol(arguments[4]));
		if (reset)
			reset_on_close(fd);
		if (brief)
			close(fd);
	}
	puts("done");
	if (!brief)
		pause();
}

static void scan(char **arguments)
{
	int port = atoi(arguments[1]), end = port + atoi(arguments[2]);
	struct sockaddr_in address = address_of(arguments[0], arguments[1]);
	int fd;

	for (; port < end; port++) {
		fd = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
		address.sin_port = htons(port);
		connect(fd, (void *)&address, sizeof(address));
		close(fd);
	}
	puts("done");
	pause();
}

static void stay(char **arguments)
{
	long ms = atol(arguments[0]);
	struct timespec longest = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	sigset_t leave;
	int fd;

	sigemptyset(&leave);
	sigaddset(&leave, SIGUSR1);
	sigprocmask(SIG_BLOCK, &leave, NULL);
	fd = connected(arguments[1], arguments[2]);
	send_bytes(fd, atol(arguments[3]));
	receive_bytes(fd, atol(arguments[4]));
	sigtimedwait(&leave, NULL, &longest);
	close(fd);
	puts("done");
}

static void use_cpu(long ms)
{
	clock_t end = clock() + ms * (CLOCKS_PER_SEC / 1000);

	while (clock() < end)
		;
}

static void use_disk(size_t bytes)
{
	int fd = check(open("/toil", O_CREAT | O_WRONLY, 0600), "open");

	send_bytes(fd, bytes);
	check(fsync(fd), "fsync");
	close(fd);
}

/* One fault for each small page. */
static void use_memory(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	madvise(memory, bytes, MADV_NOHUGEPAGE);
	memset(memory, 1, bytes);
}

static void toil(char **arguments)
{
	size_t bytes = atol(arguments[2]);
	int fd;

	use_cpu(atol(arguments[0]));
	sleep(2);
	fd = connected(arguments[3], arguments[4]);
	send_bytes(fd, atol(arguments[5]));
	receive_bytes(fd, atol(arguments[6]));
	sleep(2);
	use_cpu(atol(arguments[1]));
	use_disk(bytes);
	use_memory(bytes);
	puts("done");
	pause();
}

static void late(char **arguments)
{
	int listener = listening(arguments[1], 0);
	static char buffer[65536];
	int fd;

	for (;;) {
		fd = check(accept(listener, NULL, NULL), "accept");
		usleep(atoi(arguments[0]) * 1000);
		while (check(read(fd, buffer, sizeof(buffer)), "read") > 0)
			;
		close(fd);
	}
}

static void orphan(char **arguments)
{
	int child = check(fork(), "fork");

	if (child == 0) {
		send_bytes(connected(arguments[0], arguments[1]), atol(arguments[2]));
		_exit(0);
	}
	check(waitpid(child, NULL, 0), "waitpid");
	puts("done");
	pause();
}

static void hear(char **arguments)
{
	struct sockaddr_in address = address_of("0.0.0.0", arguments[0]), from;
	int fd = check(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	static char buffer[65536];
	socklen_t length;
	int got;

	check(bind(fd, (void *)&address, sizeof(address)), "bind");
	puts("done");
	for (;;) {
		length = sizeof(from);
		got = check(recvfrom(fd, buffer, sizeof(buffer), 0, (void *)&from, &length), "recvfrom");
		check(sendto(fd, buffer, got / 2, 0, (void *)&from, length), "sendto");
	}
}

static void ask(char **arguments)
{
	struct sockaddr_in address = address_of(arguments[0], arguments[1]);
	int fd = check(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	static char buffer[65536];
	int left;

	for (left = atoi(arguments[2]); left > 0; left--) {
		check(sendto(fd, buffer, atol(arguments[3]), 0, (void *)&address, sizeof(address)), "sendto");
		check(recv(fd, buffer, sizeof(buffer), 0), "recv");
	}
	puts("done");
	pause();
}

static void forge(char **arguments)
{
	struct sockaddr_in to = address_of(arguments[1], arguments[2]), own;
	socklen_t length = sizeof(own);
	int fd = socket_of(arguments[0]);

	check(connect(fd, (void *)&to, sizeof(to)), "connect");
	check(getsockname(fd, (void *)&own, &length), "getsockname");
	pose(arguments[0], to, own);
	send_pieces(fd, atol(arguments[3]));
	puts("done");
	pause();
}

static int bound(const char *kind, struct sockaddr_in address)
{
	int fd = socket_of(kind), yes = 1;

	/* A port in TIME_WAIT can be had again. Two sockets of UDP must not share one. */
	if (strcmp(kind, "tcp") == 0)
		check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)), "SO_REUSEADDR");
	check(bind(fd, (void *)&address, sizeof(address)), "bind");
	return fd;
}

static void hold(char **arguments)
{
	struct sockaddr_in to = address_of(arguments[3], arguments[4]);
	int fd = bound(arguments[0], address_of("0.0.0.0", arguments[2]));

	check(connect(fd, (void *)&to, sizeof(to)), "connect");
	if (strcmp(arguments[0], "udp") == 0)
		send_bytes(fd, 1);
	puts("done");
	usleep(atoi(arguments[1]) * 1000);
	send_pieces(fd, atol(arguments[5]));
	pause();
}

static void mirror(char **arguments)
{
	struct sockaddr_in one = address_of(arguments[1], arguments[2]), other = address_of(arguments[3], arguments[4]);
	int from = bound(arguments[0], other), to = bound(arguments[0], one);
	int is_tcp = strcmp(arguments[0], "tcp") == 0;
	long left;

	if (is_tcp)
		check(listen(to, 1), "listen");
	check(connect(from, (void *)&one, sizeof(one)), "connect");
	if (is_tcp)
		to = check(accept(to, NULL, NULL), "accept");
	else
		check(connect(to, (void *)&other, sizeof(other)), "connect");
	for (left = atol(arguments[5]); left > 0; left -= 1000) {
		send_bytes(from, 1000);
		receive_bytes(to, 1000);
		send_bytes(to, 1000);
		receive_bytes(from, 1000);
	}
	puts("done");
	pause();
}

int main(int count, char **arguments)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGTERM, SIG_DFL);
	if (count == 5 && strcmp(arguments[1], "serve") == 0)
		serve(arguments + 2, 0, 0);
	if (count == 5 && strcmp(arguments[1], "answer") == 0)
		serve(arguments + 2, 1, 0);
	if (count == 5 && strcmp(arguments[1], "answer6") == 0)
		serve(arguments + 2, 1, 1);
	if (count == 7 && strcmp(arguments[1], "call") == 0)
		call(arguments + 2, 0, 0);
	if (count == 7 && (strcmp(arguments[1], "brief") == 0 || strcmp(arguments[1], "reset") == 0)) {
		call(arguments + 2, 1, strcmp(arguments[1], "reset") == 0);
		return 0;
	}
	if (count == 5 && strcmp(arguments[1], "scan") == 0)
		scan(arguments + 2);
	if (count == 7 && strcmp(arguments[1], "stay") == 0) {
		stay(arguments + 2);
		return 0;
	}
	if (count == 9 && strcmp(arguments[1], "toil") == 0)
		toil(arguments + 2);
	if (count == 4 && strcmp(arguments[1], "late") == 0)
		late(arguments + 2);
	if (count == 5 && strcmp(arguments[1], "orphan") == 0)
		orphan(arguments + 2);
	if (count == 3 && strcmp(arguments[1], "hear") == 0)
		hear(arguments + 2);
	if (count == 6 && strcmp(arguments[1], "ask") == 0)
		ask(arguments + 2);
	if (count == 7 && strcmp(arguments[1], "pose") == 0) {
		pose(arguments[2], address_of(arguments[3], arguments[4]), address_of(arguments[5], arguments[6]));
		puts("done");
		pause();
	}
	if (count == 6 && strcmp(arguments[1], "forge") == 0)
		forge(arguments + 2);
	if (count == 8 && strcmp(arguments[1], "hold") == 0)
		hold(arguments + 2);
	if (count == 8 && strcmp(arguments[1], "mirror") == 0)
		mirror(arguments + 2);
	return 2;
}
