#!/bin/bash
# clang-format changes no C file, and no line of C is wider than 100 columns.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
cd "$top" || exit 1

find src tests/unit tests/fuzz -name '*.[ch]' | sort >"$work/files"

# Versions of clang-format disagree about details; the one of Debian 12 decides.
version=$(clang-format --version 2>/dev/null | sed -n 's/.*version \([0-9]*\).*/\1/p')
if [ "$version" = 14 ]; then
	xargs clang-format --dry-run <"$work/files" 2>"$work/err"
	sed -n 's/^\([^:]*\):[0-9]*:[0-9]*: .*/\1: run clang-format -i/p' "$work/err" | sort -u >"$work/out"
	[ ! -s "$work/out" ]
	result $? "clang-format changes no file"
else
	result 0 "clang-format changes no file # SKIP version 14 is not there"
fi

# A tab reaches to the next multiple of 8 columns.
xargs perl -CSD -ne '
	chomp;
	1 while s/^([^\t]*)\t/$1 . " " x (8 - length($1) % 8)/e;
	printf "%s:%d: %d columns\n", $ARGV, $., length if length > 100;
	close ARGV if eof' <"$work/files" >"$work/out" 2>&1
[ ! -s "$work/out" ]
result $? "no line is wider than 100 columns"
done_testing
