# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that are missing. Asks nothing, starts no
# service, and is silent when there is nothing to do. Sourced by ./run.
#
# No package of ours has a service, so nothing need be masked: the program of
# redis-server is in redis-tools (see redis.sh). tests/setup checks that.
#
# LEADWIRE_SETUP=skip: install nothing, trust the machine as it is.
# LEADWIRE_APT_WAIT_S: how long to wait for another apt; 60 unless told.

# packages_listed LIST...: the names in deploy/setup/LIST.txt for this Debian.
packages_listed() {
    local list name only
    for list; do
        while read -r name only _; do
            [[ -z $name || $name == '#'* ]] && continue
            [[ $only == '['*']' && $only != "[$debian_name]" ]] && continue
            printf '%s\n' "$name"
        done <"$root/deploy/setup/$list.txt"
    done
}

# packages_require LIST...: the whole of it.
packages_require() {
    local wanted=() missing=()
    [[ ${LEADWIRE_SETUP:-} == skip ]] && return
    system_require_debian
    mapfile -t wanted < <(packages_listed "$@")
    mapfile -t missing < <(packages_missing "${wanted[@]}")
    ((${#missing[@]})) || return 0
    system_require_root "${missing[@]}"
    packages_install "${missing[@]}"
}

packages_missing() {
    local name state
    declare -A installed=()
    while read -r state name; do
        [[ $state == ii ]] && installed[$name]=1
    done < <(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null)
    for name; do
        [[ ${installed[$name]:-} ]] || printf '%s\n' "$name"
    done
}

packages_install() {
    local log=$state_dir/apt.log fresh=1 count download_kb disk_kb
    : >"$log"
    say "set-up: reading Debian's package lists"
    apt_run "$log" update -q || fresh=
    apt_failures "$log" >/dev/null && fresh=
    read -r count download_kb disk_kb < <(packages_measure "$log" "$@") \
        || packages_unknown "$log" "$fresh" "$@"
    say "set-up: installing $* ($count packages with what they need," \
        "$(megabytes "$download_kb") to download, $(megabytes "$disk_kb") on disk)"
    system_require_disk /usr "$((disk_kb + 51200))" /var/cache/apt/archives "$download_kb"
    say "set-up: fetching"
    apt_run "$log" install -q -y --no-install-recommends --download-only "$@" \
        || die "the packages could not be fetched ($(apt_failures "$log")):" \
               "check the network and this machine's apt sources, and run this again."
    say "set-up: unpacking (a minute or so)"
    apt_run "$log" install -q -y --no-install-recommends --no-download "$@" \
        || die "apt could not install the packages ($(apt_failures "$log")): $log tells more;" \
               "repair that and run this again."
    say "set-up: done"
}

# Prints "packages download_kB disk_kB"; fails when apt cannot tell.
packages_measure() {
    local log=$1 plan=()
    shift
    mapfile -t plan < <("${apt_get[@]}" install -s --no-install-recommends "$@" 2>>"$log" \
        | sed -n 's/^Inst \([^ ]*\) [^(]*(\([^ ]*\) .*/\1=\2/p')
    ((${#plan[@]})) || return 1
    apt-cache show "${plan[@]}" 2>>"$log" | awk -v count="${#plan[@]}" '
        /^Package:/ { name = $2 } /^Version:/ { name = name "=" $2 }
        /^Installed-Size:/ { disk[name] = $2 } /^Size:/ { download[name] = $2 / 1024 }
        END { for (n in disk) d += disk[n]; for (n in download) l += download[n]; printf "%d %d %d\n", count, l, d }'
}

packages_unknown() {
    local log=$1 fresh=$2 why
    shift 2
    why=$(apt_failures "$log") || why="no reason given"
    [[ $fresh ]] \
        || die "Debian's package servers could not be reached ($why): check the network and run this again."
    die "this machine's apt sources do not offer all of $* ($why): add Debian's 'main' to them and run this again."
}

# Quiet about prompts, patient with bad lines, not with dead ones.
apt_get=(env LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get
    -o Acquire::Retries=2 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20
    -o APT::Keep-Downloaded-Packages=false -o Dpkg::Use-Pty=0
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold)

# apt_run LOG ARG...: as root, waiting while another apt or dpkg holds a lock.
# (apt's own DPkg::Lock::Timeout does not cover the lock of the lists.)
apt_run() {
    local log=$1 wait_s=${LEADWIRE_APT_WAIT_S:-60} waited_s=0 status
    shift
    while :; do
        "${as_root[@]}" "${apt_get[@]}" "$@" </dev/null >"$log.part" 2>&1
        status=$?
        cat -- "$log.part" >>"$log"
        ((status == 0)) && return 0
        grep -qE 'Could not get lock|Unable to (acquire|lock)' "$log.part" || return "$status"
        ((waited_s < wait_s)) \
            || die "another program has been installing packages for $wait_s s (apt is locked):" \
                   "let it finish and run this again."
        ((waited_s % 10 == 0)) && say "set-up: waiting for another apt to finish ($waited_s s)"
        sleep 2
        waited_s=$((waited_s + 2))
    done
}

# The first complaint in what apt said last; false when there is none.
apt_failures() {
    local line
    line=$(grep -hm1 -iE 'no space left|temporary failure|could not (resolve|connect)|unable to connect|network is unreachable|timed out' "$1.part") \
        || line=$(grep -hm1 -E '^(E|Err|W: Failed)' "$1.part") || return 1
    printf '%s' "$line" | sed 's/^[[:space:]]*//; s/^\(E\|W\|Err\)[^ ]* *//; s/[.]* *$//' | cut -c 1-200
}
