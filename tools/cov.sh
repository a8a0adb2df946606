#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# cov.sh BUILD: line coverage per file of the pure modules, from the last `make unit VARIANT=cov`.
b=$1
find "$b" -name '*.gcda' ! -path '*/tests/*' ! -path '*/gen/*' | sort | while read -r g; do
	gcov -n "$g" 2>/dev/null | awk -v RS= '/File .(common|server|agent|dashboard)\/.*\.c/ {
		match($0, /File .[^'"'"']*/); f = substr($0, RSTART + 6, RLENGTH - 6)
		match($0, /executed:[0-9.]+% of [0-9]+/); print substr($0, RSTART + 9, RLENGTH - 9), f }'
done | sort -k4 | uniq
