#!/bin/sh
# The first process of a machine within this one: what the machine has in memory goes when this process does.
# Its folders and its kernel are this machine's; /run is its own, and so is the file system for BPF, mounted as systemd does.
# Started by unshare with namespaces for mounts, network and processes. Says "ready", then waits for the children of others.
set -eu
mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mount -t bpf bpf /sys/fs/bpf
ip link set lo up
echo ready
sleep infinity &
wait
