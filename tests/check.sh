#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check.sh BUILD VARIANT: every test; the closing line is "N passed, N failed".
# SEED=n repeats a random test; K=expr runs only the system tests that match (pytest -k).
# What is broken on purpose (docs/RELIABILITY.md) runs beside the system tests, two at a time behind them: each piece is a program
# `run BUILD VARIANT quick|soak` that ends with the same line and leaves its figures in BUILD/reliability/PIECE.json.
set -u
cd "$(dirname "$0")/.." || exit 2
b=$1 variant=$2
python=${PYTHON:-/usr/bin/python3}
passed=0 failed=0
add() { # a line "N passed, N failed"
	[[ $1 =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed ]] || { failed=$((failed + 1)); return; }
	passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
}

echo "== modules ($variant)"
out=$(tools/unit.sh "$b" "$b"/tests/test_* 2>&1 | grep -v '\.d$')
[[ $out == *" 0 failed" ]] || printf '%s\n' "$out"
add "$(tail -n 1 <<<"$out")"

echo "== the page"
out=$(make -s --no-print-directory page-test 2>&1)
[[ $out == *" 0 failed" ]] || printf '%s\n' "$out"
add "$(tail -n 1 <<<"$out")"

tools/pyproto.sh || exit 2
broken=$b/reliability
rm -rf "$broken" && mkdir -p "$broken"
break_pieces() { # those that nobody has begun yet
	local piece name start
	for piece in tests/*/run tests/fault/*/run; do
		name=$(basename "$(dirname "$piece")")
		[ -x "$piece" ] && mkdir "$broken/$name.begun" 2>/dev/null || continue
		start=$(date +%s)
		"$piece" "$b" "$variant" quick >"$broken/$name.log" 2>&1
		echo "$name: $(tail -n 1 "$broken/$name.log") ($(($(date +%s) - start)) s)" >>"$broken/pieces"
	done
}
[ -n "${K:-}" ] || break_pieces &
breaking=$!

echo "== whole programs ($variant)"
export PYTHONPATH=build/gen/python PYTHONDONTWRITEBYTECODE=1
report=build/system.xml
rm -f "$report"
"$python" -m pytest -q -p no:cacheprovider --rootdir tests/system tests/system --build "$b" --variant "$variant" \
	--junitxml "$report" ${K:+-k "$K"} 
add "$("$python" - "$report" <<'P'
import sys, xml.etree.ElementTree as x
try:
    s = x.parse(sys.argv[1]).getroot().find("testsuite").attrib
    bad = int(s["failures"]) + int(s["errors"])
    print(f'{int(s["tests"]) - bad - int(s["skipped"])} passed, {bad} failed')
except (OSError, x.ParseError):
    print("0 passed, 1 failed")
P
)"

echo "== broken on purpose ($variant)"
[ -n "${K:-}" ] || break_pieces # there are two cores
wait $breaking
while read -r line; do
	echo "$line"
	before=$failed
	add "$line"
	[ "$failed" = "$before" ] || tail -n 60 "$broken/${line%%:*}.log"
done < <(cat "$broken/pieces" 2>/dev/null)
echo "$passed passed, $failed failed"
[ $failed = 0 ]
