# Test points for tests written in shell.
# shellcheck shell=bash

top=${COUNTERSIGN_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck disable=SC2034 # for the tests
build=${COUNTERSIGN_BUILD:-$top/build/test}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
points=0
: >"$work/out"

# result STATUS TEXT: prints one test point; after a failure also what $work/out holds.
result() {
	points=$((points + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $points - $2"
	else
		echo "not ok $points - $2"
		head -n 60 "$work/out" | sed 's/^/# /'
	fi
}

# Skips the whole test where a tool or a file is not there.
skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

done_testing() {
	echo "1..$points"
}
