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
	# of the summaries (one a group): a test that failed is named twice, or behind a line of its own
	n=$(printf '%s\n' "$out" | sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' | awk '{ n += $1 } END { print n + 0 }')
	f=$(printf '%s\n' "$out" | sed -n 's/^\[  FAILED  \] \([0-9]*\) test.*/\1/p' | awk '{ n += $1 } END { print n + 0 }')
	[ $rc = 0 ] || { [ "$f" -gt 0 ] || f=1; printf '%s\n' "$out" | tail -n 60; echo "unit: $t ended with status $rc"; }
	passed=$((passed + n)) failed=$((failed + f))
done
rm -rf "$b/tmp"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
