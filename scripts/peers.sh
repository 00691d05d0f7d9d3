#!/usr/bin/env bash
# Sets up the foreign targets, initiators and decoders that the interop tests run against. Usage: scripts/peers.sh
#
# As root on Debian it installs what is missing and builds the image of scripts/linux-vm.sh; anywhere else it names what
# is missing. The tests that lack a peer say so and are skipped, so the exit status is always 0.
# HAWSER_PEERS=none leaves the machine as it is.
set -uo pipefail

[ "${HAWSER_PEERS:-}" != none ] || exit 0
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packages=(tgt libiscsi-bin qemu-utils qemu-block-extra libnbd-bin tshark sg3-utils iproute2 open-isns-server open-isns-utils freeradius
  python3-winrm wsl curl libxml2-utils uuid-runtime)
say() { echo "peers: $*" >&2; }

if ! command -v dpkg-query >/dev/null; then
  say "not a Debian machine; the interop tests use ${packages[*]} and scripts/linux-vm.sh where they are there"
  exit 0
fi

missing() {
  comm -23 <(printf '%s\n' "${packages[@]}" | sort) \
    <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${packages[@]}" 2>/dev/null | awk '$2 == "installed" { print $1 }' | sort)
}

lacking=$(missing)
if [ -n "$lacking" ]; then
  if [ "$(id -u)" != 0 ]; then
    say "missing, and only root can install: $(echo $lacking)"
  else
    say "installing $(echo $lacking)"
    export DEBIAN_FRONTEND=noninteractive
    add() { apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1; }
    # The lists may be old or absent; one package that cannot be had must not keep the others away.
    add $lacking || { apt-get update -qq >/dev/null 2>&1; add $lacking; } || for package in $lacking; do add "$package"; done
    lacking=$(missing)
    [ -z "$lacking" ] || say "could not install $(echo $lacking)"
  fi
fi

bash "$here/linux-vm.sh" status || bash "$here/linux-vm.sh" prepare || say 'the tests in a Linux guest will be skipped'
exit 0
