#!/bin/sh
# Starts the Docker engine on a machine without systemd: by its init script, or, where that refuses
# (it wants limits a container may not set), detached and on its own. Run as root.
# usage: start-engine.sh LOG
set -eu
log=$1

if command -v service >/dev/null && service docker start >>"$log" 2>&1; then
	exit 0
fi
setsid dockerd >>"$log" 2>&1 </dev/null &
