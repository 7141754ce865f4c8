#!/bin/bash
# No layer but the daemon has a writable global variable: what differs between two
# requests is passed down, never remembered.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"

# Whether a layer may have a variable. Each is set once, and has its reason here.
allowed() { # LAYER VARIABLE
	case $1 in
	# The supervisor and its workers are processes with a state of their own.
	daemon) true ;;
	# Algorithms are fetched from OpenSSL once a process, because fetching takes longer than using.
	crypto) [[ $2 =~ ^fetched(_once)?$ ]] ;;
	*) false ;;
	esac
}

compgen -G "$build/libcs_*.a" >/dev/null || skip_all "nothing is built in $build"
for library in "$build"/libcs_*.a; do
	layer=$(basename "$library" .a)
	layer=${layer#libcs_}
	: >"$work/out"
	nm -A -f sysv "$library" 2>"$work/err" |
		awk -F'|' '{ gsub(/[ \t]/, "", $7); sub(/.*:/, "", $1); gsub(/[ \t]/, "", $1) }
		    $7 ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)($|\.)/ && $7 !~ /^\.data\.rel\.ro/ { print $1 }' |
		grep -Ev '^(__asan|__odr_asan|__sancov|__ubsan|\.L|__unnamed|___asan|asan\.)' |
		while read -r symbol; do
			allowed "$layer" "${symbol%.*[0-9]}" || echo "$layer: $symbol is writable" >>"$work/out"
		done
	[ ! -s "$work/out" ]
	result $? "globals of $layer"
done
done_testing
