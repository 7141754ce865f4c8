#!/bin/bash
# An include points down: each layer sees only those below it.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"

# Prints the layers that a layer may include besides itself.
below() {
	case $1 in
	base) ;;
	conf | crypto | qr | pg | http | view | mail) echo base ;;
	domain) echo base crypto ;;
	store) echo base crypto pg domain ;;
	flow) echo base conf crypto pg domain store ;;
	web) echo base conf http view qr domain flow ;;
	daemon) echo base conf crypto domain http mail flow view web ;;
	ctl) echo base conf crypto pg domain store flow ;;
	*) return 1 ;;
	esac
}

for folder in "$top"/src/*/; do
	layer=$(basename "$folder")
	: >"$work/out"
	if ! allowed=$(below "$layer"); then
		echo "src/$layer is not a layer" >"$work/out"
	fi
	pattern=$(echo "$layer $allowed" | sed 's/ *$//; s/ /|/g')
	find "$folder" -name '*.[ch]' -exec grep -Hn '^[ 	]*#[ 	]*include[ 	]*"' {} + |
		grep -Ev ":[0-9]+:#include \"($pattern)/[a-z0-9_/]+\.h\"" >>"$work/out"
	[ ! -s "$work/out" ]
	result $? "includes of $layer"
done
done_testing
