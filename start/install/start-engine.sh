#!/bin/sh
# Starts the Docker engine on a machine without systemd: by its init script, or, where that refuses
# (it wants limits a container may not set), detached and on its own. Run as root.
# usage: start-engine.sh LOG
set -eu
log=$1

# Where /run outlives a reboot, the file may name another program's process by now, which the engine would take for its own.
forget_unless_running() {
	pid=$(cat "$2" 2>/dev/null) || return 0
	case $(readlink "/proc/$pid/exe") in
	*/"$1" | */"$1 (deleted)") ;;
	*) rm "$2" ;;
	esac
}
forget_unless_running dockerd /var/run/docker.pid
forget_unless_running containerd /var/run/docker/containerd/containerd.pid

if command -v service >/dev/null && service docker start >>"$log" 2>&1; then
	exit 0
fi
setsid dockerd >>"$log" 2>&1 </dev/null &
