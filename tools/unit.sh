#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# unit.sh BUILD PROGRAM...: runs the cmocka programs one by one, shows what failed, adds up.
# The last line is "N passed, N failed". TMPDIR is inside the build directory: tests write nowhere else.
b=$1; shift
mkdir -p "$b/tmp"
TMPDIR=$(cd "$b/tmp" && pwd); export TMPDIR
passed=0 failed=0
for t in "$@"; do
	out=$(timeout 240 "$t" 2>&1); rc=$?
	n=$(printf '%s\n' "$out" | grep -c '^\[       OK \]')
	f=$(printf '%s\n' "$out" | grep -c '^\[  FAILED  \] [^0-9]')
	[ $rc = 0 ] || { [ "$f" -gt 0 ] || f=1; printf '%s\n' "$out" | tail -n 60; echo "unit: $t ended with status $rc"; }
	passed=$((passed + n)) failed=$((failed + f))
done
rm -rf "$b/tmp"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
