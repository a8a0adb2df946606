#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# unit.sh BUILD PROGRAM...: runs the cmocka programs, JOBS (2) at a time, shows what failed, adds up.
# The last line is "N passed, N failed". TMPDIR is inside the build directory: tests write nowhere else.
if [ "$1" = --one ]; then
	out=$(timeout 600 "$2" 2>&1); rc=$?
	# of the summaries (one a group): a test that failed is named twice, or behind a line of its own
	n=$(printf '%s\n' "$out" | sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' | awk '{ n += $1 } END { print n + 0 }')
	f=$(printf '%s\n' "$out" | sed -n 's/^\[  FAILED  \] \([0-9]*\) test.*/\1/p' | awk '{ n += $1 } END { print n + 0 }')
	if [ $rc != 0 ]; then
		[ "$f" -gt 0 ] || f=1
		out=$(printf '%s\n' "$out" | tail -n 60)
		printf '%s\nunit: %s ended with status %s\n' "$out" "$2" $rc
	fi
	echo "$n $f" >>"$TMPDIR/verdicts"
	exit 0
fi
b=$1; shift
rm -rf "$b/tmp/u"
mkdir -p "$b/tmp/u"
TMPDIR=$(cd "$b/tmp/u" && pwd); export TMPDIR
printf '%s\n' "$@" | xargs -P "${JOBS:-2}" -I PROGRAM "$0" --one PROGRAM
awk -v programs=$# '{ passed += $1; failed += $2 } END { failed += programs - NR; printf "%d passed, %d failed\n", passed, failed; exit failed > 0 }' "$TMPDIR/verdicts"
rc=$?
rm -rf "$TMPDIR"
exit $rc
