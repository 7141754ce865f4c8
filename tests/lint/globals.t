#!/bin/bash
# No writable global outside the daemon: what differs between two requests is
# handed down, never remembered.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"

# Set once before the first request and never after, each with its reason.
allowed() {
	case $1 in
	# Algorithms fetched from OpenSSL once a process: fetching takes longer than using.
	crypto) [[ $2 =~ ^fetched(_once)?$ ]] ;;
	*) false ;;
	esac
}

compgen -G "$build/libcs_*.a" >/dev/null || skip_all "nothing is built in $build"
for library in "$build"/libcs_*.a; do
	floor=$(basename "$library" .a)
	floor=${floor#libcs_}
	: >"$work/out"
	nm -A -f sysv "$library" 2>"$work/err" |
		awk -F'|' '{ gsub(/[ \t]/, "", $7); sub(/.*:/, "", $1); gsub(/[ \t]/, "", $1) }
		    $7 ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)($|\.)/ && $7 !~ /^\.data\.rel\.ro/ { print $1 }' |
		grep -Ev '^(__asan|__odr_asan|__sancov|__ubsan|\.L|__unnamed|___asan|asan\.)' |
		while read -r symbol; do
			allowed "$floor" "${symbol%.*[0-9]}" || echo "$floor: $symbol is writable" >>"$work/out"
		done
	[ ! -s "$work/out" ]
	result $? "globals of $floor"
done
done_testing
