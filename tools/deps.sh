#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deps.sh [check|peers]: installs the Debian 12 packages that are missing, and only those: what builds
# and runs tiendo; for `check` what its tests need besides; for `peers` what it is measured beside. With sudo when not root; when
# that is not possible either, prints the exact line for an administrator and fails.
PACKAGES="gcc make pkg-config libzmq3-dev libprotobuf-c-dev protobuf-c-compiler protobuf-compiler
	liblmdb-dev libsodium-dev libmicrohttpd-dev libjansson-dev libutf8proc-dev libcmocka-dev
	python3 python3-zmq python3-protobuf python3-pytest python3-lmdb"
case ${1:-} in
check) PACKAGES="$PACKAGES clang libclang-rt-14-dev iproute2 nftables" ;;
peers) PACKAGES="$PACKAGES" ;;
esac
missing=
for p in $PACKAGES; do
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
echo "deps: installing$missing"
line="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
	sudo=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
	sudo="sudo -n"
else
	printf 'deps: these packages are missing and this user may not install them. Ask an administrator to run:\n  apt-get update && %s\n' "$line" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
mkdir -p build
{ $sudo apt-get update && $sudo $line; } >build/deps.log 2>&1 && exit 0
tail -n 20 build/deps.log >&2
printf 'deps: could not install. The whole log is build/deps.log; the line was:\n  apt-get update && %s\n' "$line" >&2
exit 1
