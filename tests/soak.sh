#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# soak.sh BUILD VARIANT [PIECE...]: the full form of everything that is broken on purpose, one piece after
# another (hours). What each found is in BUILD/reliability/PIECE.json; docs/RELIABILITY.md says what it means.
set -u
cd "$(dirname "$0")/.." || exit 2
b=$1 variant=$2 bad=0
shift 2
mkdir -p "$b/reliability"
for piece in tests/*/run tests/fault/*/run; do
	name=$(basename "$(dirname "$piece")")
	[ -x "$piece" ] || continue
	[ $# = 0 ] || [[ " $* " == *" $name "* ]] || continue
	echo "== $name"
	"$piece" "$b" "$variant" soak 2>&1 | tee "$b/reliability/$name.log"
	[ "${PIPESTATUS[0]}" = 0 ] || bad=1
done
exit $bad
