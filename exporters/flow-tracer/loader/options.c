// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <ctype.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "numbers.h"

#define DEFAULT_PINS "/sys/fs/bpf/flowtally"
#define NUMBER_LIMIT (16U << 20)
#define LONGEST_PINS (PATH_MAX - 64) /* pins have names of their own behind it */

static const char *const udp_choices[] = {
	[COUNT_UDP] = "on",
	[COUNT_NO_UDP] = "off",
	[COUNT_UDP_IN_FUNCTIONS] = "functions",
	[COUNT_UDP_AT_CGROUP] = "cgroup",
};
#define UDP_CHOICES (sizeof(udp_choices) / sizeof(udp_choices[0]))

static int parse_room(unsigned int *number, const char *name, const char *text)
{
	*number = 0;
	return strcmp(text, "auto") ? parse_number(number, NUMBER_LIMIT, name, text) : 0;
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

/* A slash at the end would have the system follow a link at that place. */
static int parse_pins(const char **pins, char *text)
{
	size_t length = strlen(text);

	while (length > 1 && text[length - 1] == '/')
		text[--length] = '\0';
	*pins = text;
	if (length > 0 && length <= LONGEST_PINS)
		return 0;
	log_line(LOG_ERROR, "BAD_OPTION", "--pins is %s: name a folder on a BPF file system, such as " DEFAULT_PINS,
		 length ? "too long" : "empty");
	return -1;
}

/* Group 0 would be no one but root. */
static int parse_group(gid_t *group, const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (!isdigit((unsigned char)*text) || *end != '\0' || value == 0 || value >= NO_GROUP) {
		log_line(LOG_ERROR, "BAD_OPTION", "--group takes the number of a group, not \"%s\"", text);
		return -1;
	}
	*group = value;
	return 0;
}

static int say_usage(void)
{
	log_line(LOG_ERROR, "BAD_OPTION",
		 "usage: flow-tracer [--pins DIR] [--group GID] [--logs DIR] [--max-flows N|auto] [--max-closed N|auto] [--max-udp N|auto] "
		 "[--udp on|off|functions|cgroup] [--udp-idle SECONDS] [--http FILE] [--health]");
	return -1;
}

static int take_option(struct options *options, int option)
{
	switch (option) {
	case 'p':
		return parse_pins(&options->pins, optarg);
	case 'g':
		return parse_group(&options->group, optarg);
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
		return parse_number(&options->udp_idle, NUMBER_LIMIT, "udp-idle", optarg);
	case 't':
		options->http = optarg;
		return 0;
	case 'h':
		options->health = true;
		return 0;
	default:
		return say_usage();
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
		{ "group", required_argument, NULL, 'g' },
		{ "logs", required_argument, NULL, 'l' },
		{ "max-flows", required_argument, NULL, 'm' },
		{ "max-closed", required_argument, NULL, 'c' },
		{ "max-udp", required_argument, NULL, 'd' },
		{ "udp", required_argument, NULL, 'u' },
		{ "udp-idle", required_argument, NULL, 'i' },
		{ "http", required_argument, NULL, 't' },
		{ "health", no_argument, NULL, 'h' },
		{},
	};
	int option;

	opterr = 0;
	*options = (struct options){ .pins = DEFAULT_PINS, .group = NO_GROUP, .logs = temporary_folder(), .udp_idle = 60,
				      .http = "" };
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
		if (take_option(options, option))
			return -1;
	return optind == argc ? 0 : say_usage();
}
