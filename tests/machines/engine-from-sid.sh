#!/bin/sh
# Installs packages of Debian's unstable suite, and of what they depend on only what the release has too old.
# The machine's own sources are afterwards as they were. Run as root, by mmdebstrap.
# usage: engine-from-sid.sh ROOT PACKAGE…
set -eu
root=$1
shift
list=$root/etc/apt/sources.list.d/sid.list
preferences=$root/etc/apt/preferences.d/sid

sed 's/^\(deb \(\[[^]]*\] \)\?[^ ]*\) .*/\1 sid main/' "$root/etc/apt/sources.list" | head -n 1 >"$list"
printf 'Package: *\nPin: release n=sid\nPin-Priority: 50\n' >"$preferences"
# A mirror that stands still outlives the date its lists were meant to be valid until.
chroot "$root" apt-get -q -o Acquire::Check-Valid-Until=false update
for package; do
	set -- "$@" "$package/sid"
	shift
done
chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get -q install --yes --no-install-recommends "$@"
rm "$list" "$preferences"
