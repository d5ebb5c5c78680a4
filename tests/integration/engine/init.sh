#!/bin/sh
# The first process of a machine within this one: what the machine has in memory goes when this process does.
# Its folders and its kernel are this machine's; /run is its own, and the file system for BPF, which somebody must mount, is not there.
# Started by unshare with namespaces for mounts, network and processes. Says "ready", then waits for the children of others.
set -eu
mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
while umount /sys/fs/bpf 2>/dev/null; do :; done
ip link set lo up
echo ready
sleep infinity &
wait
