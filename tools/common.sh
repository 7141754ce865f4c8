# What start and check share: messages, packages, the unprivileged user, builds. The
# caller sets program and top, and may set install.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034

say() {
	printf '%s\n' "$*" >&2
}

die() {
	say "$program: $*"
	exit 1
}

# Prints which of the packages are not installed.
packages_missing() {
	local package
	for package in "$@"; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
			echo "$package"
	done
}

# Keeps packages from starting services and creating a database cluster while they are
# installed, so that nothing changes in what runs on this machine.
services_hold() {
	local policy=/usr/sbin/policy-rc.d clusters=/etc/postgresql-common/createcluster.d
	if "${root[@]}" test -e $policy; then
		"${root[@]}" mv $policy $policy.countersign-saved
	fi
	printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee $policy >/dev/null
	"${root[@]}" chmod 755 $policy
	"${root[@]}" mkdir -p $clusters
	echo 'create_main_cluster = false' | "${root[@]}" tee $clusters/zz-countersign.conf >/dev/null
}

services_release() {
	local policy=/usr/sbin/policy-rc.d
	"${root[@]}" rm -f $policy /etc/postgresql-common/createcluster.d/zz-countersign.conf
	if "${root[@]}" test -e $policy.countersign-saved; then
		"${root[@]}" mv $policy.countersign-saved $policy
	fi
}

# Installs the packages that are missing; without the rights for that it prints the command
# and ends.
packages_install() {
	local missing root=() status=0
	mapfile -t missing < <(packages_missing "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	say "Debian packages to install: ${missing[*]}"
	if [ "${install-yes}" = no ]; then
		die "not installed, because of --no-install"
	elif [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null ||
			die "run as root: apt-get install --no-install-recommends ${missing[*]}"
		root=(sudo)
	fi
	trap 'services_release' EXIT
	trap 'exit 130' INT TERM
	services_hold
	"${root[@]}" env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
		apt-get update -q >&2 &&
		"${root[@]}" env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
			apt-get install -q -y --no-install-recommends "${missing[@]}" >&2 || status=1
	services_release
	trap - EXIT INT TERM
	[ $status -eq 0 ] ||
		die "the packages could not be installed; try: apt-get install --no-install-recommends ${missing[*]}"
}

build_packages=(gcc libc6-dev make autoconf automake autoconf-archive pkg-config libfcgi-dev libpq-dev
	libssl-dev libcjson-dev libqrencode-dev libpng-dev libsodium-dev libcurl4-openssl-dev)
# Node may come from elsewhere than Debian.
command -v node >/dev/null || build_packages+=(nodejs)

# Installs what ./start needs. Any nginx and PostgreSQL that are there will do.
start_packages() {
	local list=("${build_packages[@]}")
	PATH=$PATH:/usr/sbin command -v nginx >/dev/null || list+=(nginx-light)
	compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || list+=(postgresql)
	command -v curl >/dev/null || list+=(curl)
	command -v openssl >/dev/null || list+=(openssl)
	packages_install "${list[@]}"
}

# Chooses the user of the services. Root runs them as the user who called sudo, else as
# postgres.
user_choose() {
	run_user=$(id -un)
	as_user=()
	owner=()
	if [ "$(id -u)" -eq 0 ]; then
		run_user=postgres
		if [ -n "${SUDO_USER-}" ] && [ "$SUDO_USER" != root ]; then
			run_user=$SUDO_USER
		fi
		id "$run_user" >/dev/null 2>&1 || die "there is no user $run_user to run the services as"
		as_user=(setpriv "--reuid=$run_user" "--regid=$(id -g "$run_user")" --init-groups
			--inh-caps=-all --)
		# The owner of the tree owns what is built.
		if [ "$(stat -c %u "$top")" -ne 0 ]; then
			owner=(setpriv "--reuid=$(stat -c %u "$top")" "--regid=$(stat -c %g "$top")"
				--clear-groups --inh-caps=-all --)
		fi
	fi
}

# build_tree DIR LOG CONFIGURE-ARGUMENT...: configures where needed, builds what
# changed, and installs into DIR/root, so that everything runs as packaged.
build_tree() {
	local dir=$1 log=$2
	shift 2
	build_locked "$dir" "$log" build_installed "$dir" "$@"
}

# build_targets DIR LOG "TARGET..." CONFIGURE-ARGUMENT...: builds these targets of make
# alone, and installs nothing.
build_targets() {
	local dir=$1 log=$2
	shift 2
	build_locked "$dir" "$log" build_made "$dir" "$@"
}

# Runs a build by itself, since two at a time would write the same files.
build_locked() { # DIR LOG FUNCTION ARGUMENT...
	local dir=$1 log=$2
	shift 2
	"${owner[@]}" mkdir -p "$dir"
	if ! (flock 9 && "$@" >"$log" 2>&1) 9>"$dir.lock"; then
		grep -E '(error|warning|undefined)' "$log" | head -n 20 >&2
		tail -n 15 "$log" >&2
		die "the build failed; all of it is in $log"
	fi
}

# Whether ./configure or Makefile.in is missing or older than what it is made from.
autogen_due() {
	local source
	[ -x "$top/configure" ] || return 0
	for source in "$top/configure.ac" "$top"/{.,*,src/*,tests/*}/*.am; do
		[ ! "$source" -nt "$top/Makefile.in" ] || return 0
	done
	return 1
}

build_configured() { # DIR CONFIGURE-ARGUMENT...
	local dir=$1 wanted="$top $*"
	shift
	umask 022
	if autogen_due; then
		"${owner[@]}" "$top/autogen.sh" || return 1
	fi
	if [ "$(cat "$dir/configured" 2>/dev/null)" != "$wanted" ] || [ ! -e "$dir/Makefile" ] ||
		[ "$top/configure" -nt "$dir/config.status" ]; then
		"${owner[@]}" env -C "$dir" "$top/configure" --prefix="$dir/root" "$@" || return 1
		echo "$wanted" | "${owner[@]}" tee "$dir/configured" >/dev/null || return 1
	fi
}

build_installed() { # DIR CONFIGURE-ARGUMENT...
	local dir=$1
	build_configured "$@" || return 1
	"${owner[@]}" make -C "$dir" -j"$(nproc)" || return 1
	# Removes installed files that the tree no longer has.
	"${owner[@]}" rm -rf "$dir/root/share/countersign" || return 1
	"${owner[@]}" make -C "$dir" install
}

build_made() { # DIR "TARGET..." CONFIGURE-ARGUMENT...
	local dir=$1 targets
	read -ra targets <<<"$2"
	shift 2
	build_configured "$dir" "$@" || return 1
	# Generated sources come first, because the targets do not depend on them.
	"${owner[@]}" make -C "$dir" src/store/queries.h || return 1
	"${owner[@]}" make -C "$dir" -j"$(nproc)" "${targets[@]}"
}
