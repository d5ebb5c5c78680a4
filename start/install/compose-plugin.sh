#!/bin/sh
# Takes the Compose v2 plugin, one file, out of Debian's package, for suites that only have Compose v1.
# An apt root of its own leaves the machine's sources, lists and packages as they are. Run as root.
# usage: compose-plugin.sh MIRROR SUITE KEYRING PLUGIN
set -eu
mirror=$1 suite=$2 keyring=$3 plugin=$4

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/parts"
echo "deb [signed-by=$keyring] $mirror $suite main" >"$work/sources.list"

own_apt() {
	apt-get -q -o Dir::State="$work/state" -o Dir::Cache="$work/cache" \
		-o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts="$work/parts" \
		-o Dir::Etc::Preferences="$work/none" -o Dir::Etc::PreferencesParts="$work/parts" \
		-o APT::Sandbox::User=root -o Acquire::Languages=none \
		-o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false "$@"
}

cd "$work"
own_apt -o APT::Update::Error-Mode=any update
own_apt download docker-compose
dpkg-deb -x docker-compose_*.deb package
# Copied under another name first: an interrupted copy never stands in for the plugin.
mkdir -p "$(dirname "$plugin")"
install -m 755 package/usr/libexec/docker/cli-plugins/docker-compose "$plugin.new"
mv "$plugin.new" "$plugin"
