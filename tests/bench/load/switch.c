// SPDX-License-Identifier: Apache-2.0
/*
 * switch KEPT CGROUP
 * Takes over what is attached by the links pinned in KEPT, a folder of a tracer that has been killed: detaches it, and
 * attaches it again for every "1" on its input and detaches it for every "0". Prints "ready", and a dot when it has done
 * what it was told. CGROUP is the root of cgroup v2. The programs and their tables live by other pins.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST_LINKS 32

struct attachment {
	int program;
	int link; /* -1: it is detached */
	enum bpf_link_type type;
	enum bpf_attach_type where; /* of a link to a cgroup */
};

static struct attachment attachments[MOST_LINKS];
static int count;

static void check(int result, const char *what)
{
	if (result >= 0)
		return;
	perror(what);
	exit(1);
}

static int bpf(enum bpf_cmd command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int info_of(int link, struct bpf_link_info *info)
{
	union bpf_attr attr = { .info = { .bpf_fd = link, .info_len = sizeof(*info), .info = (unsigned long)info } };

	memset(info, 0, sizeof(*info));
	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
}

static int program_of(const struct bpf_link_info *info)
{
	union bpf_attr attr = { .prog_id = info->prog_id };

	return bpf(BPF_PROG_GET_FD_BY_ID, &attr);
}

/* Programs and tables are pinned beside the links. */
static int is_link(int fd)
{
	char name[64], target[64] = {};

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return readlink(name, target, sizeof(target) - 1) > 0 && strstr(target, "link");
}

static void take_over(const char *path)
{
	union bpf_attr attr = { .pathname = (unsigned long)path };
	int fd = bpf(BPF_OBJ_GET, &attr);
	struct bpf_link_info info;

	check(fd, path);
	if (is_link(fd) && info_of(fd, &info) == 0) {
		struct attachment *one = &attachments[count++];

		*one = (struct attachment){ .link = -1, .type = info.type, .program = program_of(&info) };
		check(one->program, "program");
		if (info.type == BPF_LINK_TYPE_CGROUP)
			one->where = info.cgroup.attach_type;
		check(unlink(path), path);
	}
	close(fd);
}

static void take_over_all(const char *folder)
{
	char paths[MOST_LINKS][512];
	DIR *entries = opendir(folder);
	struct dirent *entry;
	int found = 0;

	check(entries ? 0 : -1, folder);
	while ((entry = readdir(entries)) && found < MOST_LINKS)
		if (entry->d_name[0] != '.')
			snprintf(paths[found++], sizeof(paths[0]), "%s/%s", folder, entry->d_name);
	closedir(entries);
	while (found > 0)
		take_over(paths[--found]);
}

static int attach(const struct attachment *one, int cgroup)
{
	union bpf_attr attr = {};

	if (one->type == BPF_LINK_TYPE_CGROUP) {
		attr.link_create.prog_fd = one->program;
		attr.link_create.target_fd = cgroup;
		attr.link_create.attach_type = one->where;
		return bpf(BPF_LINK_CREATE, &attr);
	}
	attr.raw_tracepoint.prog_fd = one->program;
	return bpf(BPF_RAW_TRACEPOINT_OPEN, &attr);
}

/* What was detached a moment ago may still be in the way. */
static int attach_at_last(const struct attachment *one, int cgroup)
{
	int link = attach(one, cgroup);

	for (int tries = 0; link < 0 && (errno == EBUSY || errno == EEXIST) && tries < 100; tries++) {
		usleep(1000);
		link = attach(one, cgroup);
	}
	return link;
}

static void turn(int on, int cgroup)
{
	for (int i = 0; i < count; i++) {
		struct attachment *one = &attachments[i];

		if (on && one->link < 0) {
			one->link = attach_at_last(one, cgroup);
			check(one->link, "attach");
		} else if (!on && one->link >= 0) {
			close(one->link);
			one->link = -1;
		}
	}
}

int main(int argc, char **argv)
{
	int cgroup;
	char word;

	if (argc != 3)
		return 2;
	cgroup = open(argv[2], O_RDONLY | O_DIRECTORY);
	check(cgroup, argv[2]);
	take_over_all(argv[1]);
	dprintf(STDOUT_FILENO, "ready %d\n", count);
	while (read(STDIN_FILENO, &word, 1) == 1)
		if (word == '0' || word == '1') {
			turn(word == '1', cgroup);
			dprintf(STDOUT_FILENO, ".\n");
		}
	return 0;
}
