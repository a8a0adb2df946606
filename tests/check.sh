#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check.sh BUILD VARIANT: every test; the closing line is "N passed, N failed".
# SEED=n repeats a random test; K=expr runs only the system tests that match (pytest -k).
#
# There are two cores, and most of a whole program's test is waiting: four lanes go beside each other. Two share the system tests out,
# file by file. The third runs what is broken on purpose (docs/RELIABILITY.md) and waits for programs, the fourth what computes, behind
# the others (nice), so that nobody waits longer for it. Whoever is done helps with what nobody has begun. Each piece is a program
# `run BUILD VARIANT quick|soak` that ends with the same line and leaves its figures in BUILD/reliability/PIECE.json.
set -u
cd "$(dirname "$0")/.." || exit 2
b=$1 variant=$2
python=${PYTHON:-/usr/bin/python3}
computing="fuzz sim random flips power"
began=$(date +%s)
passed=0 failed=0
add() { # a line "N passed, N failed"
	[[ $1 =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed ]] || { failed=$((failed + 1)); return; }
	passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
}
took() { echo "   $(($(date +%s) - $1)) s"; }

broken=$b/reliability
rm -rf "$broken" && mkdir -p "$broken"

echo "== modules ($variant), and the page"
make -s --no-print-directory page-test >"$broken/page.log" 2>&1 &
page=$!
programs=()
for t in "$b"/tests/test_*; do [ -f "$t" ] && [ -x "$t" ] && programs+=("$t"); done
out=$(tools/unit.sh "$b" "${programs[@]}" 2>&1)
[[ $out == *" 0 failed" ]] || printf '%s\n' "$out"
add "$(tail -n 1 <<<"$out")"
wait $page
out=$(<"$broken/page.log")
[[ $out == *" 0 failed" ]] || printf '%s\n' "$out"
add "$(tail -n 1 <<<"$out")"
took "$began"

tools/pyproto.sh || exit 2
computes() { [[ " $computing " == *" $1 "* ]]; }
break_pieces() { # PIECE...: those that nobody has begun yet
	local piece name start calm
	for piece in "$@"; do
		name=$(basename "$(dirname "$piece")")
		mkdir "$broken/$name.begun" 2>/dev/null || continue
		calm=0
		! computes "$name" || calm=10
		start=$(date +%s)
		nice -n $calm "$piece" "$b" "$variant" quick >"$broken/$name.log" 2>&1
		echo "$name: $(tail -n 1 "$broken/$name.log") ($(($(date +%s) - start)) s)" >>"$broken/pieces"
	done
}
waiting=() working=()
for piece in tests/*/run tests/fault/*/run; do
	[ -x "$piece" ] && [ -z "${K:-}" ] || continue
	if computes "$(basename "$(dirname "$piece")")"; then working+=("$piece"); else waiting+=("$piece"); fi
done
break_pieces "${waiting[@]}" &
break_pieces "${working[@]}" &

echo "== whole programs ($variant)"
start=$(date +%s)
export PYTHONPATH=build/gen/python PYTHONDONTWRITEBYTECODE=1
claims=$broken/system
mkdir -p "$claims"
system() { # NAME: the system tests that nobody has begun; then the pieces
	"$python" -m pytest -q -p no:cacheprovider --rootdir tests/system tests/system --build "$b" --variant "$variant" \
		--claims "$claims" --junitxml "$broken/system-$1.xml" ${K:+-k "$K"}
	took "$start"
	break_pieces "${waiting[@]}" "${working[@]}"
}
system 2 >"$broken/system-2.log" 2>&1 &
system 1
wait
cat "$broken/system-2.log"
for lane in 1 2; do
	add "$("$python" - "$broken/system-$lane.xml" <<'P'
import sys, xml.etree.ElementTree as x
try:
    s = x.parse(sys.argv[1]).getroot().find("testsuite").attrib
    bad = int(s["failures"]) + int(s["errors"])
    print(f'{int(s["tests"]) - bad - int(s["skipped"])} passed, {bad} failed')
except (OSError, x.ParseError):
    print("0 passed, 1 failed")
P
)"
done

echo "== broken on purpose ($variant)"
while read -r line; do
	echo "$line"
	before=$failed
	add "$line"
	[ "$failed" = "$before" ] || tail -n 60 "$broken/${line%%:*}.log"
done < <(cat "$broken/pieces" 2>/dev/null)
for piece in "${waiting[@]}" "${working[@]}"; do
	name=$(basename "$(dirname "$piece")")
	grep -qs "^$name: " "$broken/pieces" || { echo "$name: no word of its end"; failed=$((failed + 1)); }
done
took "$began"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
