# SPDX-License-Identifier: Apache-2.0
# The programs beside which `leadwire-bench peers` measures. Sourced by ./run.
#
# Debian's packages of them start a service as they are installed. So they are
# not: a package is fetched and unpacked below build/, and its program run from there.

# Exports LEADWIRE_BEANSTALKD. Without the program its rows are left out.
peers_require() {
    peers_find beanstalkd LEADWIRE_BEANSTALKD
}

# peers_find PACKAGE VARIABLE: the program has the package's name.
peers_find() {
    local package=$1 variable=$2 folder=$state_dir/peers found
    if [[ -z ${!variable:-} ]]; then
        found=$(command -v "$package") || found=$folder/usr/bin/$package
        if [[ ! -x $found ]] && ! peers_fetch "$package" "$folder"; then
            say "bench: $package could not be fetched from Debian, its rows are left out ($folder/apt.log)"
            return
        fi
        printf -v "$variable" '%s' "$found"
    fi
    export "${variable?}"
}

peers_fetch() {
    local package=$1 folder=$2
    [[ ${LEADWIRE_SETUP:-} != skip ]] && mkdir -p -- "$folder" || return 1
    say "bench: fetching $package from Debian, to run it from build/"
    (
        cd -- "$folder" || exit 1
        rm -f -- "$package"_*.deb
        "${apt_get[@]}" download "$package" >apt.log 2>&1 \
            || { apt_run apt.log update -q; "${apt_get[@]}" download "$package" >>apt.log 2>&1; } \
            || exit 1
        dpkg-deb -x "$package"_*.deb . && rm -f -- "$package"_*.deb
    )
}
