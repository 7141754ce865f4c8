#!/bin/bash
# The man page has every option of the table and no other; the operating guide has
# every option.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"

[ -x "$build/countersignd" ] || skip_all "$build/countersignd is not built"
"$build/countersignd" --sample | sed -n 's/^#\([a-z0-9_]*\) =.*/\1/p' | sort >"$work/table"
[ "$(wc -l <"$work/table")" -gt 15 ]
result $? "the program prints its options"
sed -n '/^\.Sh CONFIGURATION/,/^\.Sh [^C]/s/^\.It Ic \([a-z0-9_]*\).*/\1/p' "$top/docs/man/countersignd.8" | sort >"$work/man"
diff "$work/table" "$work/man" >"$work/out"
result $? "the man page has them"
sed -n 's/^| `\([a-z0-9_]*\)`\( \*\)* | [^|]* | [^|]* |$/\1/p' "$top/docs/operating.md" | sort >"$work/guide"
comm -23 "$work/table" "$work/guide" >"$work/out"
[ ! -s "$work/out" ]
result $? "the operating guide has them"
done_testing
