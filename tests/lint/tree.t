#!/bin/bash
# The tree: the lists of files are right, scripts and man pages pass their linters, and git has no
# generated file.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
cd "$top" || exit 1

if [ -e .git ]; then
	tools/update-lists --check >"$work/out" 2>&1
	result $? "the lists in files.am are those of the tree (else run tools/update-lists)"

	git -c safe.directory="$top" ls-files --cached --ignored --exclude-standard >"$work/out" 2>&1
	[ ! -s "$work/out" ]
	result $? "no generated file in git"
else
	result 0 "the lists in files.am # SKIP not a clone"
	result 0 "no generated file in git # SKIP not a clone"
fi

if command -v shellcheck >/dev/null; then
	find . \( -name node_modules -o -name .git -o -name build -o -name build-aux -o -name var \) -prune \
		-o -type f -exec grep -lEm1 '^#!/bin/(ba)?sh|^# shellcheck shell=' {} + |
		grep -Ev '^\./(configure|countersign-)' | sort >"$work/scripts"
	xargs shellcheck -x <"$work/scripts" >"$work/out" 2>&1
	result $? "scripts pass shellcheck"
else
	result 0 "scripts # SKIP shellcheck is not there"
fi

if command -v mandoc >/dev/null; then
	: >"$work/out"
	for page in docs/man/*.[1-8]; do
		[ ! -e "$page" ] || mandoc -Tlint -Wwarning "$page" >>"$work/out" 2>&1
	done
	[ ! -s "$work/out" ]
	result $? "man pages pass mandoc"
else
	result 0 "man pages # SKIP mandoc is not there"
fi
done_testing
