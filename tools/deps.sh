#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deps.sh [check|peers]: installs the Debian 12 packages that are missing, and only those: what builds
# and runs tiendo; for `check` what its tests need besides; for `peers` the servers that it is measured beside. With sudo when
# not root; when that is not possible either, prints the exact line for an administrator and fails.
PACKAGES="gcc make pkg-config libzmq3-dev libprotobuf-c-dev protobuf-c-compiler protobuf-compiler
	liblmdb-dev libsodium-dev libmicrohttpd-dev libjansson-dev libutf8proc-dev libncurses-dev zlib1g-dev libcmocka-dev
	python3 python3-zmq python3-protobuf python3-pytest python3-lmdb"
# what makes the browser page: a node that is there already is as good, and does not bear Debian's npm beside it
node=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null) || node=0
[ "$node" -ge 18 ] && command -v npm >/dev/null || PACKAGES="$PACKAGES nodejs npm"
# only ever started by the benchmark itself, never as a service of the system; one that cannot be had is left out there
SERVERS=
case ${1:-} in
check) PACKAGES="$PACKAGES clang libclang-rt-14-dev iproute2 nftables tmux chromium poppler-utils openssl python3-jsonschema python3-yaml" ;;
peers) SERVERS="postgresql-15 redis-server rabbitmq-server nats-server mosquitto libpq-dev librabbitmq-dev" ;;
esac
not_there() {
	for p in "$@"; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || printf ' %s' "$p"
	done
}
missing=$(not_there $PACKAGES)
servers=$(not_there $SERVERS)
[ -n "$missing$servers" ] || exit 0
echo "deps: installing$missing$servers"
line="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
	sudo=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
	sudo="sudo -n"
else
	printf 'deps: these packages are missing and this user may not install them. Ask an administrator to run:\n  apt-get update && %s\n' "$line$servers" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
mkdir -p build

# Debian starts a server when it is installed, and at every boot from then on: neither is wanted here. What was there
# before is left as it is.
policy=/usr/sbin/policy-rc.d
install_servers() {
	if [ ! -e $policy ]; then
		trap '$sudo rm -f $policy' EXIT
		trap 'exit 1' HUP INT TERM
		printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null
		$sudo chmod 755 $policy
	fi
	for p in $servers; do
		if ! $sudo apt-get install -y --no-install-recommends "$p"; then
			echo "deps: $p cannot be installed; what needs it is left out" >&3
			continue
		fi
		case $p in lib*) continue ;; esac
		! command -v systemctl >/dev/null 2>&1 || $sudo systemctl disable "${p%-15}" || true
	done
}
{ $sudo apt-get update && { [ -z "$missing" ] || $sudo $line; } && install_servers; } 3>&2 >build/deps.log 2>&1 && exit 0
tail -n 20 build/deps.log >&2
printf 'deps: could not install. The whole log is build/deps.log; the line was:\n  apt-get update && %s\n' "$line" >&2
exit 1
