#!/bin/sh
# namespaces.sh STATE NAME ADDRESS OUTSIDE GATEWAY [PODS NODE]…: makes the namespaces of this process those of a node, says so,
# and holds them. OUTSIDE: the process that holds the nodes' network. PODS NODE: another node's pods, and its own address.
# Started with a network and a mount namespace of its own, so that nothing here shows on the machine.
set -eu
state=$1
name=$2
address=$3
outside=$4
gateway=$5
shift 5

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
# The nodes share the machine's processes. What a node's /proc shows of its first one, such as its network, is the node's own.
mount --bind "/proc/$$" /proc/1

ip link set lo up
ip link add eth0 type veth peer name "$name" netns "$outside"
nsenter --net --target="$outside" ip link set "$name" master lan up
ip link set eth0 up
ip address add "$address/24" dev eth0
ip route add default via "$gateway"
while [ $# -gt 0 ]; do
  ip route add "$1" via "$2"
  shift 2
done
echo 1 >/proc/sys/net/ipv4/ip_forward
# A service's address is translated also between pods of one bridge.
if [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ]; then echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables; fi
echo ready
exec sleep infinity
