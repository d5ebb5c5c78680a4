#!/bin/sh
# namespaces.sh STATE ADDRESS: makes the namespaces of this process those of a node, says so, and holds them.
# Started with a network and a mount namespace of its own, so that nothing here shows on the machine.
set -eu
state=$1
address=$2

# The kubelet sets these for the whole kernel unless they are so already. It shall find files that say so instead.
expected() {
  mkdir -p "$state/sysctls"
  printf '%s\n' "$2" >"$state/sysctls/${1##*/}"
  mount --bind "$state/sysctls/${1##*/}" "/proc/sys/$1"
}
expected vm/overcommit_memory 1
expected vm/panic_on_oom 0
expected kernel/panic 10
expected kernel/panic_on_oops 1
expected kernel/keys/root_maxkeys 1000000
expected kernel/keys/root_maxbytes 25000000

# A pod's mount that propagates ("Bidirectional") gets as far as the node.
mount --make-rshared /
for folder in lib log; do
  mkdir -p "$state/var/$folder"
  mount --bind "$state/var/$folder" "/var/$folder"
done
mount -t tmpfs -o mode=0755 run /run
mount -t bpf bpf /sys/fs/bpf

ip link set lo up
# An interface with an address and a carrier; nobody is at its other end.
ip link add eth0 type veth peer name outside
ip link set outside up
ip link set eth0 up
ip address add "$address/24" dev eth0
ip route add default dev eth0
echo 1 >/proc/sys/net/ipv4/ip_forward
# A service's address is translated also between pods of one bridge.
if [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ]; then echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables; fi
echo ready
exec sleep infinity
