// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

#define NUMBER_LIMIT (16U << 20)

static const char *const udp_choices[] = {
	[COUNT_UDP] = "on",
	[COUNT_NO_UDP] = "off",
	[COUNT_UDP_IN_FUNCTIONS] = "functions",
	[COUNT_UDP_AT_CGROUP] = "cgroup",
};
#define UDP_CHOICES (sizeof(udp_choices) / sizeof(udp_choices[0]))

static int parse_number(unsigned int *number, const char *name, const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (!isdigit((unsigned char)*text) || *end != '\0' || value == 0 || value > NUMBER_LIMIT) {
		log_line(LOG_ERROR, "BAD_OPTION", "--%s takes 1 to %u, not \"%s\"", name, NUMBER_LIMIT, text);
		return -1;
	}
	*number = value;
	return 0;
}

static int parse_room(unsigned int *number, const char *name, const char *text)
{
	*number = 0;
	return strcmp(text, "auto") ? parse_number(number, name, text) : 0;
}

static int parse_udp(enum udp_choice *choice, const char *text)
{
	for (size_t i = 0; i < UDP_CHOICES; i++) {
		if (strcmp(text, udp_choices[i]) == 0) {
			*choice = i;
			return 0;
		}
	}
	log_line(LOG_ERROR, "BAD_OPTION", "--udp takes on, off, functions or cgroup, not \"%s\"", text);
	return -1;
}

static int take_option(struct options *options, int option)
{
	switch (option) {
	case 'p':
		options->pins = optarg;
		return 0;
	case 'l':
		options->logs = optarg;
		return 0;
	case 'm':
		return parse_room(&options->max_flows, "max-flows", optarg);
	case 'c':
		return parse_room(&options->max_closed, "max-closed", optarg);
	case 'd':
		return parse_room(&options->max_udp, "max-udp", optarg);
	case 'u':
		return parse_udp(&options->udp, optarg);
	case 'i':
		return parse_number(&options->udp_idle, "udp-idle", optarg);
	case 'h':
		options->health = true;
		return 0;
	default:
		return -1;
	}
}

static const char *temporary_folder(void)
{
	const char *folder = getenv("TMPDIR");

	return folder && *folder ? folder : "/tmp";
}

int parse_options(struct options *options, int argc, char **argv)
{
	static const struct option known[] = {
		{ "pins", required_argument, NULL, 'p' },
		{ "logs", required_argument, NULL, 'l' },
		{ "max-flows", required_argument, NULL, 'm' },
		{ "max-closed", required_argument, NULL, 'c' },
		{ "max-udp", required_argument, NULL, 'd' },
		{ "udp", required_argument, NULL, 'u' },
		{ "udp-idle", required_argument, NULL, 'i' },
		{ "health", no_argument, NULL, 'h' },
		{},
	};
	int option;

	opterr = 0;
	*options = (struct options){ .pins = "/sys/fs/bpf/flowtally", .logs = temporary_folder(), .udp_idle = 60 };
	do
		option = getopt_long(argc, argv, "", known, NULL);
	while (option != -1 && take_option(options, option) == 0);
	if (option == -1 && optind == argc)
		return 0;
	log_line(LOG_ERROR, "BAD_OPTION",
		 "usage: flow-tracer [--pins DIR] [--logs DIR] [--max-flows N|auto] [--max-closed N|auto] [--max-udp N|auto] "
		 "[--udp on|off|functions|cgroup] [--udp-idle SECONDS] [--health]");
	return -1;
}
