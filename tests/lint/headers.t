#!/bin/bash
# Every header compiles alone, under both compilers.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"

read -ra libraries < <(pkg-config --cflags libpq libcrypto libsodium libcjson libqrencode libpng)
flags=(-std=c11 -D_GNU_SOURCE -Wall -Wextra -Wstrict-prototypes -Wundef -Werror -fsyntax-only
	-I"$top/src" -I"$work" "${libraries[@]}")
mkdir "$work/store"
awk -v form=header -f "$top/tools/queries.awk" "$top"/sql/queries/*.sql >"$work/store/queries.h"
for compiler in gcc clang; do
	command -v $compiler >/dev/null || continue
	: >"$work/out"
	while read -r header; do
		echo "#include \"$header\"" >"$work/alone.c"
		$compiler "${flags[@]}" "$work/alone.c" >>"$work/out" 2>&1 || echo "$header" >>"$work/out"
	done < <(cd "$top/src" && find . -name '*.h' | sed 's,^\./,,' | sort)
	[ ! -s "$work/out" ]
	result $? "headers alone under $compiler"
done
done_testing
