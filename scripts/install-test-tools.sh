#!/usr/bin/env bash
# Installs from Debian's packages what the tests need: Docker for the engines that test/lab starts, Chromium for the pages.
# It starts no engine, does nothing where all is there, and says in one sentence why where it cannot: the tests that need
# what is missing are skipped then.
set -u
PATH=$PATH:/usr/sbin:/sbin
declare -A package_of=(
  [dockerd]=docker.io [busybox]=busybox-static [iptables]=iptables [ip]=iproute2 [openssl]=openssl [/usr/bin/python3]=python3
  [chromium]=chromium
)

missing_packages() {
  for program in "${!package_of[@]}"; do
    command -v "$program" >/dev/null || echo "${package_of[$program]}"
  done
}

give_up() {
  echo "Not all that the tests need was installed: $1."
  exit 0
}

# Larger ones, for runs over several engines: 25 MB and 140 MB, some half a minute. Their tests alone are skipped without them.
missing_frameworks() {
  command -v mpirun >/dev/null || echo openmpi-bin
  [ -d /usr/lib/python3/dist-packages/torch ] || echo python3-torch
}

mapfile -t packages < <(missing_packages)
mapfile -t frameworks < <(missing_frameworks)
[ $((${#packages[@]} + ${#frameworks[@]})) -gt 0 ] || exit 0
[ "$(id -u)" = 0 ] || give_up "${packages[*]} ${frameworks[*]} missing, and only root may install"
command -v apt-get >/dev/null || give_up "${packages[*]} ${frameworks[*]} missing, and there is no apt-get"

log=$(mktemp)
policy=/usr/sbin/policy-rc.d
made_policy=
# shellcheck disable=SC2329 # called by the trap
tidy() {
  rm -f "$log"
  [ -z "$made_policy" ] || rm -f "$policy"
}
trap tidy EXIT
# Debian starts a service as it installs it, unless this file forbids it.
if [ ! -e "$policy" ]; then
  made_policy=yes
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
install() {
  echo "Installing for the tests: $*"
  apt-get -qq install --yes --no-install-recommends "$@" >"$log" 2>&1 </dev/null || {
    tail -n 5 "$log" >&2
    return 1
  }
}

apt-get -qq update >"$log" 2>&1 </dev/null || {
  tail -n 5 "$log" >&2
  give_up "apt-get failed as shown above"
}
if [ ${#packages[@]} -gt 0 ]; then
  install "${packages[@]}" || give_up "apt-get failed as shown above"
  mapfile -t packages < <(missing_packages)
  [ ${#packages[@]} -eq 0 ] || give_up "apt-get brought no program of ${packages[*]}"
fi
if [ ${#frameworks[@]} -gt 0 ]; then
  install "${frameworks[@]}" || give_up "apt-get failed as shown above"
fi
