#!/bin/sh
# outside.sh ADDRESS SERVICES PODS NODE…: makes the network of this process the one that joins the nodes, with itself in it,
# says so, and holds it. PODS NODE: each node's pods, and its own address. Started with a network namespace of its own.
set -eu
address=$1
services=$2
shift 2

ip link set lo up
# The nodes' cables end in it.
ip link add lan type bridge
ip address add "$address/24" dev lan
ip link set lan up
# What crosses it is the nodes' business.
if [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ]; then echo 0 >/proc/sys/net/bridge/bridge-nf-call-iptables; fi
ip route add "$services" via "$2"
while [ $# -gt 0 ]; do
  ip route add "$1" via "$2"
  shift 2
done
echo ready
exec sleep infinity
