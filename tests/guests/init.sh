#!/bin/sh
# /init of a guest's initial RAM disk: the host's root, read-only, beneath a layer of memory becomes the root.
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in /modules/*; do insmod "$module" || echo "$module cannot be loaded"; done
fail() {
  echo "GUEST: $1"
  dmesg | tail -n 20
  echo o > /proc/sysrq-trigger
  sleep 60
}
mkdir /lower /layer
mount -t virtiofs -o ro host /lower || fail "the host's root cannot be mounted"
mount -t tmpfs -o size=75% layer /layer
mkdir /layer/upper /layer/work
mount -t overlay -o lowerdir=/lower,upperdir=/layer/upper,workdir=/layer/work root /root || fail "no overlay"
for place in proc sys dev run; do mkdir -p "/root/$place"; done
mount -t proc proc /root/proc
mount -t sysfs sys /root/sys
mount -t devtmpfs dev /root/dev
mkdir -p /root/dev/pts /root/dev/shm
mount -t devpts devpts /root/dev/pts
mount -t tmpfs shm /root/dev/shm
# The host's sockets in /run are nobody's here.
mount -t tmpfs run /root/run
mount -t bpf bpf /root/sys/fs/bpf
mount -t cgroup2 cgroup /root/sys/fs/cgroup
mount -t tracefs tracefs /root/sys/kernel/tracing
mount -t debugfs debugfs /root/sys/kernel/debug
mkdir /root/run/guest
cp /bin/busybox /root/run/guest/busybox
# shellcheck disable=SC2013 # words are what is wanted
for word in $(cat /proc/cmdline); do
  case $word in guest.folder=*) folder=${word#guest.folder=} ;; esac
done
exec switch_root /root /bin/sh "$folder/start"
