// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <getopt.h>
#include <string.h>

#include "groups.h"
#include "log.h"
#include "numbers.h"

#define MOST_MS 3600000U

static int say_usage(void)
{
	log_line(LOG_ERROR, "BAD_OPTION",
		 "usage: flow-dataset --container ID [--container ID …] [--flow tuple|burst] [--gap-ms N] [--sample-ms N] "
		 "[--memory auto|faults] [--stdin]");
	return -1;
}

/* One of two words. */
static int parse_choice(bool *is_second, const char *name, const char *first, const char *second, const char *text)
{
	*is_second = strcmp(text, second) == 0;
	if (*is_second || strcmp(text, first) == 0)
		return 0;
	log_line(LOG_ERROR, "BAD_OPTION", "--%s takes %s or %s, not \"%s\"", name, first, second, text);
	return -1;
}

static int add_container(struct dataset_options *options, const char *id)
{
	if (!is_container_id(id)) {
		log_line(LOG_ERROR, "BAD_OPTION", "--container takes the id of a container, %d hexadecimal digits, not \"%s\"",
			 CONTAINER_ID_LENGTH, id);
		return -1;
	}
	for (size_t i = 0; i < options->count; i++)
		if (strcmp(options->containers[i], id) == 0)
			return 0;
	if (options->count == MOST_CONTAINERS) {
		log_line(LOG_ERROR, "BAD_OPTION", "there are more than %d containers: record fewer at once", MOST_CONTAINERS);
		return -1;
	}
	options->containers[options->count++] = id;
	return 0;
}

static int take_option(struct dataset_options *options, int option)
{
	switch (option) {
	case 'c':
		return add_container(options, optarg);
	case 'f':
		return parse_choice(&options->is_burst, "flow", "tuple", "burst", optarg);
	case 'g':
		return parse_number(&options->gap_ms, MOST_MS, "gap-ms", optarg);
	case 's':
		return parse_number(&options->sample_ms, MOST_MS, "sample-ms", optarg);
	case 'm':
		return parse_choice(&options->faults, "memory", "auto", "faults", optarg);
	case 'i':
		options->ends_with_stdin = true;
		return 0;
	default:
		return say_usage();
	}
}

int parse_dataset_options(struct dataset_options *options, int argc, char **argv)
{
	static const struct option known[] = {
		{ "container", required_argument, NULL, 'c' },
		{ "flow", required_argument, NULL, 'f' },
		{ "gap-ms", required_argument, NULL, 'g' },
		{ "sample-ms", required_argument, NULL, 's' },
		{ "memory", required_argument, NULL, 'm' },
		{ "stdin", no_argument, NULL, 'i' },
		{},
	};
	int option;

	opterr = 0;
	*options = (struct dataset_options){ .gap_ms = 50, .sample_ms = 50 };
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
		if (take_option(options, option))
			return -1;
	return optind == argc && options->count ? 0 : say_usage();
}
