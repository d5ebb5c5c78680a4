#!/bin/sh
# Makes a machine of a Debian root file system that mmdebstrap has filled: one that runs the job of its second disk,
# has a network, and trusts whom this host trusts. Run as root.
# usage: finish-root.sh ROOT FILES NAME-SERVER
set -eu
root=$1 files=$2 nameserver=$3
certificates=/usr/local/share/ca-certificates

cp -RT --preserve=mode "$files" "$root"
echo machine >"$root/etc/hostname"
rm -f "$root/etc/resolv.conf"
echo "nameserver $nameserver" >"$root/etc/resolv.conf"
if [ -d $certificates ]; then
	cp -RTL $certificates "$root$certificates"
	chroot "$root" update-ca-certificates
fi
chroot "$root" systemctl enable machine-job.service systemd-networkd.service systemd-networkd-wait-online.service
