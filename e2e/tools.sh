#!/bin/sh
# Installs the programs that the tests call, where they are missing: those of make test,
# and with the argument full those of make e2e too.
# Does nothing, and needs no rights, on a machine that has them all.
# Otherwise it needs a system with apt, and root or sudo.
set -eu

full=${1:-}
packages=''
missing=''

# want NAME PACKAGE...: NAME is missing and the packages bring it.
want() {
	missing="$missing $1"
	shift
	packages="$packages $*"
}

has() {
	command -v "$1" >/dev/null 2>&1
}

# The race detector and the floor of the benchmarks need a C compiler that finds its headers.
compiles() {
	has gcc && echo '#include <stdlib.h>
int main(void) { return EXIT_SUCCESS; }' | gcc -x c - -o /dev/null >/dev/null 2>&1
}

survey() {
	packages=''
	missing=''
	compiles || want gcc gcc libc6-dev
	has git || want git git
	has sipp || want sipp sip-tester
	has baresip || want baresip baresip-core
	{ has tshark && has dumpcap; } || want tshark tshark
	has kamailio || want kamailio kamailio
	# The TLS of Kamailio is a package of its own.
	[ -n "$(find /usr/lib /usr/lib64 /usr/local -path '*/kamailio/modules/tls.so' 2>/dev/null)" ] \
		|| want "Kamailio's TLS module" kamailio-tls-modules
	has sox || want sox sox
	# The format of sox for MP3 is a package of its own.
	sox --help-format mp3 2>/dev/null | grep -q '^Reads: yes' || want "sox's MP3 format" libsox-fmt-mp3
	has lame || want lame lame
	has espeak-ng || want espeak-ng espeak-ng
	has ffmpeg || want ffmpeg ffmpeg
	[ -e /etc/ssl/certs/ca-certificates.crt ] || want ca-certificates ca-certificates
	# Seventy packages more, for one test.
	[ "$full" != full ] || has linphonec || want linphonec linphone-cli
}

# give_up REASON: says what to do by hand.
give_up() {
	echo "tools: missing:$missing" >&2
	echo "tools: $1" >&2
	echo "tools: on Debian or Ubuntu they come with: apt-get install --no-install-recommends$packages" >&2
	exit 1
}

survey
[ -n "$missing" ] || exit 0

has apt-get || give_up 'this system has no apt-get, so install them by its own means'
as_root=''
if [ "$(id -u)" -ne 0 ]; then
	has sudo || give_up 'installing needs root or sudo'
	as_root='sudo'
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# quietly COMMAND...: shows the output of a command only when it fails.
quietly() {
	if ! $as_root env DEBIAN_FRONTEND=noninteractive "$@" >"$log" 2>&1 </dev/null; then
		cat "$log" >&2
		give_up "failed: $*"
	fi
}

echo "tools: installing$packages"
quietly apt-get update
# The packages are words of one list, so they are not quoted.
# shellcheck disable=SC2086
quietly apt-get install -y --no-install-recommends $packages

survey
[ -z "$missing" ] || give_up 'still missing after the installation'
