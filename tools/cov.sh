#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# cov.sh BUILD: line coverage per file, from the last `make unit VARIANT=cov`. Fails when a pure module is
# below 100 %: what needs no outside world can be tried to its last line. A file that must stay below stands in
# `excused`, one a line: FILE reason.
pure='^(common/domain/[a-z_]*|server/(fold|fold_cases|fold_mail|fold_remind|roster|sequencer|admission|topics|mailbox|mailpack|terms|cases|casespack|ladder|obstacle|waiting|request)|agent/push[a-z_]*|dashboard/(mirror|web_users|web_session|web_cookie|web_lockout|web_peer))[.]c$'
excused='
'
b=$1
table=$(find "$b" -name '*.gcda' ! -path '*/tests/*' ! -path '*/gen/*' | sort | while read -r g; do
	gcov -n "$g" 2>/dev/null | awk -v RS= '/File .(common|server|agent|dashboard)\/.*\.c/ {
		match($0, /File .[^'"'"']*/); f = substr($0, RSTART + 6, RLENGTH - 6)
		match($0, /executed:[0-9.]+% of [0-9]+/); print substr($0, RSTART + 9, RLENGTH - 9), f }'
done | sort -k4 | uniq)
printf '%s\n' "$table"
printf '%s\n' "$table" | pure=$pure excused=$excused awk '
	$4 ~ ENVIRON["pure"] { n++ }
	$4 ~ ENVIRON["pure"] && $1 != "100.00%" && index(ENVIRON["excused"], "\n" $4 " ") == 0 { print "cov: " $4 " is pure and has " $1; bad = 1 }
	END { if (!n) { print "cov: no pure module was measured"; bad = 1 }; exit bad }' >&2
