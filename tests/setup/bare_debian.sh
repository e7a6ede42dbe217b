#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs ./run of the committed tree in a fresh, minimal Debian: a real
# installation from nothing. Needs root, debootstrap and Debian's servers, and
# takes some minutes; so it is run by hand, before a release or after a change of
# the package lists.
#
# usage: bare_debian.sh 12|13 [ARGUMENT OF ./run ...]     default: demo --once
# LEADWIRE_ROOTS: where the fresh systems are unpacked and kept for the next
# time (default: a temporary folder, removed at the end).
set -euo pipefail
source_dir=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
case ${1:-} in
    12) suite=bookworm ;;
    13) suite=trixie ;;
    *) echo "usage: bare_debian.sh 12|13 [ARGUMENT OF ./run ...]" >&2; exit 2 ;;
esac
shift
(($#)) || set -- demo --once

roots=${LEADWIRE_ROOTS:-$(mktemp -d)}
mkdir -p "$roots"
root=$roots/$suite.used
cleanup() {
    rm -rf -- "$root"
    [[ ${LEADWIRE_ROOTS:-} ]] || rm -rf -- "$roots"
}
trap cleanup EXIT

if [[ ! -e $roots/$suite.tar ]]; then
    # The archives are those that this machine's own apt uses.
    mapfile -t archives < <(apt-get indextargets --format '$(REPO_URI)' | sort -u)
    main=$(printf '%s\n' "${archives[@]}" | grep -m1 '/debian/$')
    security=$(printf '%s\n' "${archives[@]}" | grep -m1 '/debian-security/$')
    debootstrap --variant=minbase "$suite" "$root" "$main" >"$roots/$suite.log"
    for part in "$main $suite $suite-updates" "$security $suite-security"; do
        read -r archive suites <<<"$part"
        printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n\n' \
            "$archive" "$suites" /usr/share/keyrings/debian-archive-keyring.gpg
    done >"$root/etc/apt/sources.list.d/debian.sources"
    rm -f "$root/etc/apt/sources.list"
    tar -C "$root" -cf "$roots/$suite.tar" .
    rm -rf -- "$root"
fi
mkdir "$root"
tar -C "$root" -xf "$roots/$suite.tar"
cp /etc/resolv.conf /etc/hosts "$root/etc/"
mkdir -p "$root/srv/a clone"
git -C "$source_dir" archive HEAD | tar -C "$root/srv/a clone" -x

# In namespaces of its own: mounts and processes end with it.
inside() {
    unshare --mount --pid --fork --kill-child --mount-proc="$root/proc" \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb chroot "$root" "$@"
}
services() {
    (cd "$root" && find etc/init.d etc/systemd/system etc/rc?.d usr/lib/systemd/system lib/systemd/system \
        \( -name '*.service' -o -path 'etc/*' \) ! -type d 2>/dev/null || true) | sort -u
}

services >"$root/before"
status=0
inside bash -c '
    mkdir -p /dev/pts && mount -t devpts -o ptmxmode=0666 devpts /dev/pts && ln -sf pts/ptmx /dev/ptmx   # as on every machine
    "/srv/a clone/run" "$@" </dev/null; status=$?
    ps -e -o comm= 2>/dev/null | grep -E "redis|leadwire" && { echo "FAILED: left running"; exit 1; }
    exit $status' bash "$@" || status=$?
echo "bare Debian ${suite}: ./run $* ended with $status"

# procps (cmake wants it) applies sysctl settings at boot; that is no daemon.
if services | comm -13 "$root/before" - | grep -vE 'procps|\.dpkg'; then
    echo "FAILED: these services were installed"
    status=1
fi
exit "$status"
