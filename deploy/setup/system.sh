# SPDX-License-Identifier: Apache-2.0
# What machine this is and what we may do on it. Sourced by ./run.
# LEADWIRE_OS_RELEASE is for the tests: another file to read than /etc/os-release.

debian_name=   # bookworm or trixie, once system_require_debian has returned

system_require_debian() {
    local file=${LEADWIRE_OS_RELEASE:-/etc/os-release} id version pretty
    id=$(. "$file" 2>/dev/null && printf '%s' "${ID:-}")
    version=$(. "$file" 2>/dev/null && printf '%s' "${VERSION_ID:-}")
    pretty=$(. "$file" 2>/dev/null && printf '%s' "${PRETTY_NAME:-}")
    case $id:$version in
        debian:12) debian_name=bookworm ;;
        debian:13) debian_name=trixie ;;
        *) die "this is ${pretty:-a system without /etc/os-release}, and set-up knows only Debian 12 and 13:" \
               "install what deploy/setup/*.txt lists yourself and run again with LEADWIRE_SETUP=skip." ;;
    esac
}

# Sets as_root: the words to put before a command that needs root. Asks nothing.
as_root=()
system_require_root() {
    [[ $(id -u) == 0 ]] && return
    command -v sudo >/dev/null \
        || die "packages are missing ($*), and only root can install them: run this as root," \
               "or have an administrator run 'apt-get install $*'."
    sudo -n true 2>/dev/null \
        || die "packages are missing, and sudo wants a password, which set-up never asks for:" \
               "run 'sudo -v' first and then this again."
    as_root=(sudo -n)
}

# system_require_disk PATH KB [PATH KB]...: needs on the same file system add up.
system_require_disk() {
    local path mount
    declare -A need=() free=()
    while (($# >= 2)); do
        path=$1
        while [[ ! -e $path ]]; do path=$(dirname -- "$path"); done
        { read -r _; read -r _ _ _ available _ mount; } < <(df -Pk -- "$path")
        if [[ $available =~ ^[0-9]+$ ]]; then
            free[$mount]=$available
            need[$mount]=$((${need[$mount]:-0} + $2))
        fi
        shift 2
    done
    for mount in "${!need[@]}"; do
        ((free[$mount] >= need[$mount])) \
            || die "disk space is short on $mount: $(megabytes "${need[$mount]}") needed," \
                   "$(megabytes "${free[$mount]}") free; make room and run this again."
    done
}

# state_dir: locks, logs and stamps of ./run, under build/ like all we write.
state_dir=$root/build/.run
system_require_writable() {
    mkdir -p -- "$state_dir" 2>/dev/null && [[ -w $state_dir && -w $root/build ]] \
        || die "$root/build cannot be written: use a copy of Leadwire in a folder that is yours and not read-only."
    if [[ -z ${HOME:-} ]]; then
        export HOME=$state_dir/home
        mkdir -p -- "$HOME"
    fi
}
