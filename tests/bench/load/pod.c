// SPDX-License-Identifier: Apache-2.0
/*
 * pod CONNECTIONS: a container's program that talks to itself over loopback, as one with a sidecar does. Holds that many
 * connections; each second sends a request of 200 bytes over every fifth of them and gets an answer of 1,000; every fifth
 * second opens one more for one request, closes it, and sends a datagram that is answered. Until stdin ends.
 */
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 7000
#define MOST_CONNECTIONS 1000
#define REQUEST 200
#define ANSWER 1000
#define SECOND_MS 1000
#define TALKING_SHARE 5
#define SHORT_EVERY 5

struct connection {
	int client;
	int server;
};

static const struct sockaddr_in HERE = { .sin_family = AF_INET };
static struct sockaddr_in to;
static char bytes[ANSWER];

static int bound(int type)
{
	int one = socket(AF_INET, type, 0);

	if (one < 0 || bind(one, (void *)&to, sizeof(to)))
		return -1;
	return one;
}

static int open_one(int listener, struct connection *made)
{
	made->client = socket(AF_INET, SOCK_STREAM, 0);
	if (made->client < 0 || connect(made->client, (void *)&to, sizeof(to)))
		return 0;
	made->server = accept(listener, NULL, NULL);
	return made->server >= 0;
}

static int pass(int from, int into, size_t length)
{
	return send(from, bytes, length, 0) == (ssize_t)length && recv(into, bytes, length, MSG_WAITALL) == (ssize_t)length;
}

static int request(const struct connection *over)
{
	return pass(over->client, over->server, REQUEST) && pass(over->server, over->client, ANSWER);
}

static int open_for_one_request(int listener)
{
	struct connection short_one;

	if (!open_one(listener, &short_one) || !request(&short_one))
		return 0;
	close(short_one.client);
	close(short_one.server);
	return 1;
}

static int ask_by_datagram(int answering)
{
	struct sockaddr_in asking;
	socklen_t length = sizeof(asking);
	int asks = socket(AF_INET, SOCK_DGRAM, 0);
	int worked = asks >= 0 && sendto(asks, bytes, REQUEST, 0, (void *)&to, sizeof(to)) == REQUEST &&
		     recvfrom(answering, bytes, ANSWER, 0, (void *)&asking, &length) == REQUEST &&
		     sendto(answering, bytes, REQUEST, 0, (void *)&asking, length) == REQUEST &&
		     recv(asks, bytes, ANSWER, 0) == REQUEST;

	close(asks);
	return worked;
}

int main(int argc, char **argv)
{
	static struct connection held[MOST_CONNECTIONS];
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	int connections = argc == 2 ? atoi(argv[1]) : 0;
	int listener, answering, opened = 0, second;

	if (connections < 1 || connections > MOST_CONNECTIONS)
		return 2;
	to = HERE;
	to.sin_port = htons(PORT);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = bound(SOCK_STREAM);
	answering = bound(SOCK_DGRAM);
	if (listener < 0 || answering < 0 || listen(listener, 128))
		return 1;
	while (opened < connections && open_one(listener, &held[opened]))
		opened++;
	if (opened < connections)
		return 1;
	for (second = 1; poll(&input, 1, SECOND_MS) == 0; second++) {
		for (int talking = 0; talking < connections; talking += TALKING_SHARE)
			if (!request(&held[talking]))
				return 1;
		if (second % SHORT_EVERY == 0 && (!open_for_one_request(listener) || !ask_by_datagram(answering)))
			return 1;
	}
	return 0;
}
