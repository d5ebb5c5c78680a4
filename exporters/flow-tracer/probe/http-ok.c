// SPDX-License-Identifier: Apache-2.0
/*
 * http-ok HOST:PORT/PATH: exits 0 when a 2xx answer comes within ten seconds, else 1 after a line that says why.
 * http-ok /SOCKET: likewise, for the path / at a unix socket.
 * The health check of images without a shell. HOST is an IPv4 address, localhost, or own: whichever of this container's
 * own addresses answers first, for a service that listens at one of them only.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define DEADLINE_SECONDS 10

struct target {
	char host[64];
	unsigned short port;
	char path[256];
};

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "http-ok: %s: %s\n", what, why);
	exit(1);
}

static void on_deadline(int signal)
{
	static const char line[] = "http-ok: no answer within 10 s\n";

	(void)signal;
	if (write(STDERR_FILENO, line, sizeof(line) - 1) < 0)
		_exit(2);
	_exit(1);
}

static int connected(int family, const struct sockaddr *address, socklen_t size)
{
	int fd = socket(family, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, address, size))
		fail("connect", strerror(errno));
	return fd;
}

static int dial_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		fail(path, "too long for the path of a socket");
	strcpy(address.sun_path, path);
	return connected(AF_UNIX, (struct sockaddr *)&address, sizeof(address));
}

static struct target parse(const char *text)
{
	struct target target = { .path = "/" };

	if (sscanf(text, "%63[^:]:%hu%255s", target.host, &target.port, target.path) < 2)
		fail(text, "expected HOST:PORT/PATH");
	if (strcmp(target.host, "localhost") == 0)
		strcpy(target.host, "127.0.0.1");
	return target;
}

static int dial_own(unsigned short port)
{
	struct ifaddrs *all, *one;

	if (getifaddrs(&all))
		fail("own addresses", strerror(errno));
	for (one = all; one; one = one->ifa_next) {
		struct sockaddr_in address;
		int fd;

		if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET)
			continue;
		memcpy(&address, one->ifa_addr, sizeof(address));
		address.sin_port = htons(port);
		fd = socket(AF_INET, SOCK_STREAM, 0);
		if (fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof(address))) {
			freeifaddrs(all);
			return fd;
		}
		if (fd >= 0)
			close(fd);
	}
	fail("connect", "none of the own addresses answers");
	return -1;
}

static int dial(const struct target *target)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(target->port) };

	if (inet_pton(AF_INET, target->host, &address.sin_addr) != 1)
		fail(target->host, "not an IPv4 address");
	return connected(AF_INET, (struct sockaddr *)&address, sizeof(address));
}

static void ask(int fd, const struct target *target)
{
	char request[512];
	int length = snprintf(request, sizeof(request), "GET %s HTTP/1.0\r\nHost: %s:%hu\r\n\r\n", target->path,
			      target->host, target->port);

	if (send(fd, request, length, MSG_NOSIGNAL) != length)
		fail("send", strerror(errno));
}

static int read_status(int fd)
{
	char answer[64] = "";
	size_t length = 0;
	int status;

	while (length < sizeof("HTTP/1.1 200") - 1) {
		ssize_t got = recv(fd, answer + length, sizeof(answer) - 1 - length, 0);

		if (got <= 0)
			fail("read", got ? strerror(errno) : "the connection ended before the answer");
		length += got;
	}
	if (sscanf(answer, "HTTP/%*d.%*d %3d", &status) != 1)
		fail("answer", "not HTTP");
	return status;
}

int main(int argc, char **argv)
{
	static const struct target at_socket = { .host = "localhost", .port = 80, .path = "/" };
	struct target target;
	int fd, status;

	if (argc != 2)
		fail("usage", "http-ok HOST:PORT/PATH or http-ok /SOCKET");
	signal(SIGALRM, on_deadline);
	alarm(DEADLINE_SECONDS);
	target = argv[1][0] == '/' ? at_socket : parse(argv[1]);
	if (argv[1][0] == '/')
		fd = dial_socket(argv[1]);
	else
		fd = strcmp(target.host, "own") ? dial(&target) : dial_own(target.port);
	ask(fd, &target);
	status = read_status(fd);
	if (status / 100 == 2)
		return 0;
	fprintf(stderr, "http-ok: answer %d\n", status);
	return 1;
}
