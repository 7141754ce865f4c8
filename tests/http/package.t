#!/bin/bash
# What a packager does: unpacks the archive of build/release somewhere else,
# configures and builds it, installs it below a folder, and uninstalls it again.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"

release=$top/build/release
root=$work/root

(cd "$release" && rm -f countersign-*.tar.xz && make dist-xz) >"$work/out" 2>&1
result $? "make dist makes an archive"
archive=$(echo "$release"/countersign-*.tar.xz)
tar -C "$work" -xf "$archive" && mv "$work"/countersign-*/ "$work/source" && rm -f "$archive"
! find "$work/source" -name node_modules -o -name '*.o' -o -name queries.c | grep . >"$work/out"
result $? "nothing in it was compiled or fetched"
if [ -e "$top/.git" ]; then
	git -c safe.directory="$top" -C "$top" ls-files | grep -vxE '\.gitignore|\.ci/.*' | sort >"$work/tracked"
	(cd "$work/source" && find . -type f | sed 's,^\./,,' | sort) | comm -13 - "$work/tracked" >"$work/out"
	[ ! -s "$work/out" ]
	result $? "it has every file of the tree"
fi
test -s "$work/source/templates/docs_api.html"
result $? "the reference of the API is in it, made"

# A folder with every program but Node.
mkdir "$work/build" "$work/bin"
for folder in ${PATH//:/ }; do
	ln -s "$folder"/* "$work/bin" 2>/dev/null
done
rm -f "$work/bin/node" "$work/bin/nodejs"
(cd "$work/build" && PATH=$work/bin && ../source/configure --prefix=/usr --sysconfdir=/etc && make -j2) >"$work/out" 2>&1 &&
	grep -q 'checking for node.*no$' "$work/out"
result $? "it is configured and built outside of its own folder, and without Node"
(cd "$work/build" && make install-strip DESTDIR="$root") >"$work/out" 2>&1
result $? "make install-strip takes DESTDIR"

for file in usr/sbin/countersignd usr/bin/countersignctl usr/share/countersign/sql/roles.sql \
	usr/share/countersign/sql/migrations/0001_accounts.sql usr/share/countersign/templates/sign_in.html \
	usr/share/countersign/templates/docs_api.html \
	usr/share/countersign/static/app.css usr/share/countersign/nginx/countersign.conf \
	usr/share/countersign/nginx/countersign_gate.conf usr/share/countersign/example/index.html \
	usr/share/man/man8/countersignd.8 usr/share/man/man1/countersignctl.1; do
	test -s "$root/$file" || echo "$file is not there"
done >"$work/out" 2>&1
find "$root" \( -name '*.service' -o -name '*.socket' -o -name 'countersign.conf.sample' \) -size +0 | sort >"$work/found"
[ ! -s "$work/out" ] && [ "$(wc -l <"$work/found")" -eq 3 ]
result $? "what belongs to it is there, units and a sample of the configuration too"
cp "$work/found" "$work/out"
! grep -rl "$work" "$root" >"$work/out"
result $? "nothing of it knows the folder it was built in"

"$root/usr/sbin/countersignd" --version >"$work/out" 2>&1 && ! grep -q 'test clock' "$work/out" &&
	"$root/usr/bin/countersignctl" --help >>"$work/out" 2>&1
result $? "the programs start, and their clock cannot be moved"
"$root/usr/sbin/countersignd" --sample | diff - "$(grep sample "$work/found")" >"$work/out" 2>&1
result $? "the installed sample is what the program prints"

(cd "$work/build" && make uninstall DESTDIR="$root") >"$work/out" 2>&1 && ! find "$root" -type f | grep . >"$work/out"
result $? "make uninstall leaves no file behind"
done_testing
