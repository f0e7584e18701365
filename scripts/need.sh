#!/usr/bin/env bash
# Installs Debian packages that are missing, when allowed to: as root, or by sudo when it asks for no password. Otherwise it
# prints the command and fails. What is there already is left alone, and installed servers are not touched.
#
# usage: need.sh NAME...   (postgresql, redis-server, chromium, kannel, nodejs, npm, gcc, git, ca-certificates)
set -euo pipefail

# have NAME: is what we need of that package there?
have() {
	case $1 in
	postgresql) have_postgresql ;;
	chromium) command -v chromium || command -v chromium-browser || command -v google-chrome ;;
	kannel) [ -x /usr/sbin/bearerbox ] && [ -x /usr/sbin/smsbox ] && [ -x /usr/lib/kannel/test/fakesmsc ] ;;
	gcc) command -v "${CC:-gcc}" && [ -e /usr/include/stdlib.h ] ;;
	nodejs) command -v node ;;
	ca-certificates) [ -e /etc/ssl/certs/ca-certificates.crt ] ;;
	*) command -v "$1" ;;
	esac >/dev/null 2>&1
}

# have_postgresql: the server programs of version 15 or newer, on PATH or where packages put them.
have_postgresql() {
	local server
	for server in "$(command -v postgres || true)" /usr/lib/postgresql/*/bin/postgres /usr/pgsql-*/bin/postgres /usr/local/pgsql/bin/postgres; do
		if [ -x "$server" ] && [ -x "$(dirname "$(readlink -f "$server")")/initdb" ] &&
			"$server" --version | grep -Eq '\(PostgreSQL\) (1[5-9]|[2-9][0-9])'; then
			return 0
		fi
	done
	return 1
}

# packages NAME: what to install for it.
packages() {
	case $1 in
	gcc) echo gcc libc6-dev ;;            # the race detector is linked by the C compiler
	kannel) echo kannel kannel-extras ;; # the second has its stand-in for the telephone network
	*) echo "$1" ;;
	esac
}

# retry N COMMAND...: mirrors fail now and then.
retry() {
	local left=$1 pause=2
	shift
	until "$@"; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep "$pause"
		pause=$((pause * 2))
	done
}

# quietly COMMAND...: its output is shown only when it fails.
quietly() {
	local log
	log=$(mktemp)
	if "$@" >"$log" 2>&1 </dev/null; then
		rm -f "$log"
		return 0
	fi
	tail -n 20 "$log" >&2
	rm -f "$log"
	return 1
}

missing=()
for name in "$@"; do
	if ! have "$name"; then
		read -ra names <<<"$(packages "$name")"
		missing+=("${names[@]}")
	fi
done
[ ${#missing[@]} -gt 0 ] || exit 0

sudo=(sudo -n)
[ "$(id -u)" != 0 ] || sudo=()
by_hand="apt-get update && apt-get install ${missing[*]}"
[ "$(id -u)" = 0 ] || by_hand="sudo apt-get update && sudo apt-get install ${missing[*]}"

if ! command -v apt-get >/dev/null; then
	echo "missing: ${missing[*]}: install them with this system's package manager" >&2
	exit 1
fi
if [ ${#sudo[@]} -gt 0 ] && ! sudo -n true 2>/dev/null; then
	echo "missing: ${missing[*]}: install with: $by_hand" >&2
	exit 1
fi

echo "installing ${missing[*]}" >&2
# RUNLEVEL=1: Kannel is not started with its sample configuration (invoke-rc.d starts nothing of other runlevels)
apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -q -y)
if ! { retry 3 quietly "${apt[@]}" update && retry 3 quietly "${apt[@]}" install --no-install-recommends "${missing[@]}"; }; then
	echo "could not install ${missing[*]}: try: $by_hand" >&2
	exit 1
fi
for name in "$@"; do
	if ! have "$name"; then
		echo "$name was installed and is still not usable: Debian 12 or newer is needed" >&2
		exit 1
	fi
done
