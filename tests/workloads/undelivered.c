// SPDX-License-Identifier: Apache-2.0
/*
 * undelivered: a connection between two network namespaces of its own, whose link is down for a second in the midst of it.
 * What the client sends meanwhile is refused by this host itself, and sent again later as if for the first time. Prints
 * "cookie sent received" for the client and for the server, with the payload each really sent and received.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"

#define BEFORE 100000
#define MEANWHILE 50000 /* less than the socket's buffer: nobody waits */
#define AFTER 1000000

static char buffer[1 << 16];

static struct sockaddr_in server_address(void)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = inet_addr("10.99.0.2"), .sin_port = htons(7000) };
}

static void run(const char *command)
{
	check(system(command) ? -1 : 0, command);
}

/* Says to the other process, or waits until it has said, that one step is done. */
static void say(int end)
{
	check(write(end, "", 1), "write");
}

static void await(int end)
{
	char byte;

	check(read(end, &byte, 1) - 1, "the other process ended");
}

static void send_all(int fd, long bytes)
{
	while (bytes > 0) {
		long sent = send(fd, buffer, bytes < (long)sizeof(buffer) ? bytes : (long)sizeof(buffer), 0);

		check(sent, "send");
		bytes -= sent;
	}
}

static long receive_all(int fd)
{
	long bytes = 0, received;

	while ((received = recv(fd, buffer, sizeof(buffer), 0)) > 0)
		bytes += received;
	check(received, "recv");
	return bytes;
}

/* In a namespace of its own. Tells what it received once the client has sent its last byte, and answers by closing. */
static void serve(int client)
{
	const struct sockaddr_in address = server_address();
	int listener, fd;
	unsigned long long cookie;

	check(unshare(CLONE_NEWNET), "unshare");
	say(client);
	await(client);
	run("ip address add 10.99.0.2/24 dev far && ip link set far up");
	listener = socket(AF_INET, SOCK_STREAM, 0);
	check(bind(listener, (const void *)&address, sizeof(address)), "bind");
	check(listen(listener, 1), "listen");
	say(client);
	fd = accept(listener, NULL, NULL);
	check(fd, "accept");
	cookie = cookie_of(fd);
	printf("%llu 0 %ld\n", cookie, receive_all(fd));
	exit(0);
}

static void link_to(pid_t server)
{
	char command[256];

	snprintf(command, sizeof(command),
		 "ip link add near type veth peer name far netns %d && ip address add 10.99.0.1/24 dev near && "
		 "ip link set near up",
		 server);
	run(command);
}

int main(void)
{
	const struct sockaddr_in address = server_address();
	int ends[2], fd;
	pid_t server;

	check(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
	server = fork();
	check(server, "fork");
	if (server == 0)
		serve(ends[1]);
	check(unshare(CLONE_NEWNET), "unshare");
	await(ends[0]);
	link_to(server);
	say(ends[0]);
	await(ends[0]);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	check(connect(fd, (const void *)&address, sizeof(address)), "connect");
	printf("%llu %d 0\n", cookie_of(fd), BEFORE + MEANWHILE + AFTER);
	fflush(stdout);
	send_all(fd, BEFORE);
	usleep(200000); /* all of it is acknowledged: what is refused is new */
	run("ip link set near down");
	send_all(fd, MEANWHILE);
	sleep(1);
	run("ip link set near up");
	send_all(fd, AFTER);
	check(shutdown(fd, SHUT_WR), "shutdown");
	receive_all(fd);
	return 0;
}
