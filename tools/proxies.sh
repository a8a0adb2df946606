#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# proxies.sh: nginx and caddy of Debian 12 below build/proxies, so that the blocks of docs/OPERATIONS.md are tried with the real programs.
# Unpacked, never installed: an installed one listens on port 80 of every address, now and after each boot. Needs no root.
# What cannot be had is no failure here: build/proxies/why says it in a sentence, and the test is skipped with it.
set -u
cd "$(dirname "$0")/.." || exit 2
to=build/proxies wanted="nginx nginx-common caddy"
[ ! -e $to/done ] || exit 0
rm -rf $to
mkdir -p $to/deb $to/lists/partial $to/cache/archives/partial || exit 2
# a machine without a line must not wait for minutes; and apt gives up root for an account that may not write here
apt="-o Acquire::http::Timeout=15 -o Acquire::https::Timeout=15 -o Acquire::Retries=1 -o APT::Sandbox::User=$(id -un) -o Debug::NoLocking=true"
# lists of our own: the machine's may be missing, old, or another's to renew
own="-o Dir::State::Lists=$PWD/$to/lists -o Dir::Cache=$PWD/$to/cache"
why() {
	echo "proxies: $1" | tee $to/why >&2
	exit 0
}
command -v apt-get >/dev/null && command -v dpkg >/dev/null || why "no apt-get here: nginx and caddy are fetched as packages of Debian 12"
# the libraries that nginx is linked with, where the machine has none
for p in libcrypt1 libpcre2-8-0 libssl3 zlib1g; do
	[ "$(dpkg-query -W -f '${db:Status-Status}' $p 2>/dev/null)" = installed ] || wanted="$wanted $p"
done
get() { rm -f $to/deb/* && (cd $to/deb && apt-get -q $apt "$@" download $wanted) >>$to/log 2>&1; }
get || { apt-get -q $apt $own update >>$to/log 2>&1; get $own; } ||
	why "nginx and caddy cannot be fetched (no line to Debian's packages?): apt-get download $wanted; the whole log is $to/log"
for d in $to/deb/*.deb; do
	dpkg -x "$d" $to/root || why "$d cannot be unpacked: remove $to, and try again"
done
rm -rf $to/deb $to/lists $to/cache
touch $to/done
