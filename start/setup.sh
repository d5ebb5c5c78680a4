#!/bin/sh
# Installs the npm packages unless they are as the lock file says. Node 24 is one of them, so that the machine's own
# Node, of whatever age, runs npm only. Run in the project's folder.
# npm would warn that the packages need a newer Node than the one it runs on (EBADENGINE), which they never run on: hence
# errors only.
set -eu
# shellcheck disable=SC3013 # -nt is in no standard, but in the sh of every distribution
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund --loglevel=error
# npm 9, which Debian 12 and 13 have, removes the package for the other processor, and with it the link to this one's.
cd node_modules/.bin
[ -e node ] || ln -sf ../node-linux-*/bin/node node
