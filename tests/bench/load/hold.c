// SPDX-License-Identifier: Apache-2.0
/*
 * hold CONNECTIONS FIRST: opens that many loopback connections, both ends in this process, sends 100 bytes each way,
 * prints how many there are, and keeps them until stdin ends. One process holds as many as its descriptors allow and
 * forks for the rest; each listens on an address of its own (127.0.0.FIRST and up), which gives each its own ports.
 */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORT 7000
#define PAYLOAD 100
#define MOST_CHILDREN 100
#define SPARE_DESCRIPTORS 16
#define MOST_PER_ADDRESS 20000 /* below the usual range of ephemeral ports */

static int most_connections(void)
{
	struct rlimit limit;
	long most;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	most = ((long)limit.rlim_max - SPARE_DESCRIPTORS) / 2;
	return most < MOST_PER_ADDRESS ? most : MOST_PER_ADDRESS;
}

static int open_one(int listener, const struct sockaddr_in *to)
{
	char bytes[PAYLOAD] = {};
	int client = socket(AF_INET, SOCK_STREAM, 0);
	int server;

	if (client < 0 || connect(client, (const void *)to, sizeof(*to)))
		return 0;
	server = accept(listener, NULL, NULL);
	return server >= 0 && send(client, bytes, PAYLOAD, 0) == PAYLOAD && recv(server, bytes, PAYLOAD, MSG_WAITALL) == PAYLOAD &&
	       send(server, bytes, PAYLOAD, 0) == PAYLOAD && recv(client, bytes, PAYLOAD, MSG_WAITALL) == PAYLOAD;
}

static int open_all(int connections, int last_byte)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int opened = 0;
	int on = 1;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + last_byte);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (void *)&to, sizeof(to)) || listen(listener, 128)) {
		perror("listen");
		return 0;
	}
	while (opened < connections && open_one(listener, &to))
		opened++;
	if (opened < connections)
		perror("stopped early");
	return opened;
}

static int hold_in_child(pid_t *child, int connections, int last_byte)
{
	int result[2];
	int opened = 0;

	if (pipe(result))
		return 0;
	*child = fork();
	if (*child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		opened = open_all(connections, last_byte);
		if (write(result[1], &opened, sizeof(opened)) == sizeof(opened))
			pause();
		_exit(1);
	}
	close(result[1]);
	if (read(result[0], &opened, sizeof(opened)) != sizeof(opened))
		opened = 0;
	close(result[0]);
	return opened;
}

int main(int argc, char **argv)
{
	int most = most_connections();
	pid_t children[MOST_CHILDREN] = {};
	int left, address, count = 0, opened = 0;

	if (argc != 3)
		return 2;
	left = atoi(argv[1]);
	address = atoi(argv[2]);
	signal(SIGTERM, SIG_IGN); /* the end of stdin is what ends it, so that no child is left */
	for (; left > 0 && count < MOST_CHILDREN; left -= most)
		opened += hold_in_child(&children[count++], left < most ? left : most, address++);
	printf("{\"connections\":%d,\"next\":%d}\n", opened, address);
	fflush(stdout);
	while (getchar() != EOF)
		;
	while (count-- > 0) {
		if (children[count] <= 0)
			continue; /* never came to be: -1 would name every process */
		kill(children[count], SIGKILL);
		waitpid(children[count], NULL, 0);
	}
	return 0;
}
