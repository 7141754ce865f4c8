#!/bin/bash
# In tests/documents.md every sentence has a test that exists, or says what is missing.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
cd "$top" || exit 1
table=tests/documents.md

# The rows of the tables, without their heads.
grep '^| ' $table | grep -v '^| It says | Shown by |$' >"$work/rows"

# has FILE TITLE: whether the file, or a helper that it uses, has a test of that title.
# A title that a loop makes may end in a variable.
has() {
	local pattern lib files=("$1")
	while read -r lib; do
		files+=("tests/lib/$lib.js")
	done < <(sed -n "s,.*require('\.\./lib/\([a-z]*\)\(\.js\)*').*,\1,p" "$1")
	pattern=$(sed -e 's/[][\.*^$(){}?+|]/\\&/g' -e "s/'/\\\\\\\\?'/g" <<<"$2")
	grep -qE "\<test\(['\`]$pattern(['\`],| \(?\\$\{)" "${files[@]}" && return
	# The title may begin with a variable of a loop.
	pattern=${pattern#* }
	grep -qE "\<test\(\`\\$\{[a-z]+\} ${pattern}['\`]," "${files[@]}"
}

: >"$work/out"
while IFS= read -r row; do
	cell=${row##* | }
	case $cell in
	'`tests/'* | 'not yet: '?*) ;;
	*) echo "neither a test nor what is missing: $row" >>"$work/out" ;;
	esac
done <"$work/rows"
[ ! -s "$work/out" ]
result $? "every sentence has a test, or says what is missing"

: >"$work/out"
sed 's/.* | \(.*\) |$/\1/; s/<br>/\n/g' "$work/rows" | grep '^`' | sort -u >"$work/references"
while IFS= read -r reference; do
	file=${reference#\`}
	file=${file%%\`*}
	title=${reference#* › }
	if [ ! -x "$file" ]; then
		echo "no such test: $file" >>"$work/out"
	elif ! has "$file" "$title"; then
		echo "$file has no test of the title: $title" >>"$work/out"
	fi
done <"$work/references"
[ ! -s "$work/out" ]
result $? "every test that is named is there"

: >"$work/out"
[ "$(wc -l <"$work/references")" -gt 50 ] || echo "few references were found" >>"$work/out"
has tests/http/api-v1-mfa.t "a title that nothing has" && echo "a title was found that is not there" >>"$work/out"
for name in Asiri VeriSwarm Scrivio; do
	grep -q "^## $name\$" $table || echo "no table of $name" >>"$work/out"
done
[ ! -s "$work/out" ]
result $? "the table is read, and this test can fail"

grep -q "](tests/documents.md)" README.md >"$work/out" 2>&1
result $? "the README leads to the table"
done_testing
