#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Who may include whom (docs: "rooms"): rooms never include each other, common/ knows no room,
# common/domain knows no outside world, and each third-party library has one seam.
cd "$(dirname "$0")/.." || exit 2
bad=0
forbid() { # where, pattern, why
	found=$(grep -nE "^[[:space:]]*#[[:space:]]*include[[:space:]]+[<\"]$2" $1 /dev/null 2>/dev/null) || return 0
	printf 'rooms: %s\n%s\n' "$3" "$found" >&2
	bad=1
}
files() { find "$@" -name '*.[ch]' 2>/dev/null; }
forbid "$(files common)" '(server|agent|dashboard)/' 'common/ must not know a room'
forbid "$(files server)" '(agent|dashboard)/' 'server/ must not look into another room'
forbid "$(files agent)" '(server|dashboard)/' 'agent/ must not look into another room'
forbid "$(files dashboard)" '(server|agent)/' 'dashboard/ must not look into another room'
forbid "$(files common/domain)" '(common/sys/|[a-z]*\.pb-c\.h|zmq|lmdb|sodium|sys/socket|fcntl|unistd|time\.h)' \
	'common/domain is pure: no outside world'
seam() { # header, the one file that may include it
	forbid "$(files common server agent dashboard | grep -vE "^common/sys/($2)\.[ch]$")" "$1" "<$1> goes through common/sys/$2 only"
}
seam 'zmq\.h' 'net[a-z_]*|loop'
seam 'lmdb\.h' 'kv[a-z_]*'
seam 'sodium(\.h|/)' 'keys[a-z_]*'
seam 'microhttpd\.h' 'http[a-z_]*'
seam 'zlib\.h' 'gzip'
seam 'protobuf-c/' 'codec[a-z_]*'
forbid "$(files common server agent dashboard | grep -vE '^dashboard/top_screen\.c$')" '(ncursesw?/|n?curses\.h|term\.h|termcap\.h)' \
	'<curses.h> goes through dashboard/top_screen only'
forbid "$(ls server/fold.[ch] server/roster.[ch] agent/push*.[ch] agent/draft.[ch] agent/duty.[ch] agent/args.[ch] dashboard/mirror.[ch] \
	dashboard/top_board.[ch] dashboard/top_events.[ch] dashboard/top_page.[ch] dashboard/top_rows.c dashboard/top_t[eo]*.[ch] \
	dashboard/top_help.c 2>/dev/null)" \
	'(common/sys/(kv|net|loop|clock|conf|log|http|gzip|keys)|unistd|fcntl|time\.h|sys/)' 'a pure file must not reach the outside world'
forbid "$(ls dashboard/web_users.c dashboard/web_session.[ch] dashboard/web_cookie.[ch] dashboard/web_lockout.[ch] dashboard/web_peer.[ch] 2>/dev/null)" \
	'(common/sys/(kv|net|loop|clock|log|http)|unistd|fcntl|time\.h|sys/)' 'who may look is decided without the outside world'
exit $bad
