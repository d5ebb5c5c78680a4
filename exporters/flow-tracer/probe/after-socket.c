// SPDX-License-Identifier: Apache-2.0
/*
 * after-socket SOCKET PROGRAM [ARGUMENT...]: becomes PROGRAM, once somebody listens at the unix socket SOCKET.
 * For a program that looks for a socket only as it starts: after a reboot Docker starts its containers in no order.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PAUSE_MICROSECONDS 200000

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "after-socket: %s: %s\n", what, why);
	return 1;
}

/* 0, or why nobody answers. */
static int try_connect(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	int error = 0;

	if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof(*address)))
		error = errno;
	if (fd >= 0)
		close(fd);
	return error;
}

/* Each new reason is logged once. */
static void wait_for(const struct sockaddr_un *address)
{
	int logged = 0, error;

	while ((error = try_connect(address))) {
		if (error != logged)
			fail(address->sun_path, strerror(error));
		logged = error;
		usleep(PAUSE_MICROSECONDS);
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (argc < 3)
		return fail("usage", "after-socket SOCKET PROGRAM [ARGUMENT...]");
	if (strlen(argv[1]) >= sizeof(address.sun_path))
		return fail(argv[1], "too long for the path of a socket");
	strcpy(address.sun_path, argv[1]);
	/* The first process of a container is deaf to signals that it has no handler for. */
	signal(SIGTERM, _exit);
	wait_for(&address);
	execv(argv[2], argv + 2);
	return fail(argv[2], strerror(errno));
}
