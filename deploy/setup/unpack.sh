# SPDX-License-Identifier: Apache-2.0
# Programs that are run from build/. Sourced by ./run.
#
# Debian's packages of them start a service as they are installed. So they are
# not: a package is fetched and unpacked below build/, and its program run from there.

# For tests that ask a program whether it takes what deploy/ has for it. Without one its test skips.
unpack_test_programs() {
    local folder=$state_dir/test-programs
    unpack_find "$folder" nginx usr/sbin nginx
    unpack_find "$folder" prometheus usr/bin promtool
    export PATH=$PATH:$folder/usr/sbin:$folder/usr/bin
}

# unpack_find FOLDER PACKAGE IN PROGRAM: the program, here or in that folder of the package.
unpack_find() {
    command -v "$4" >/dev/null || [[ -x $1/$3/$4 ]] || unpack_fetch "$1" "$2" \
        || say "tests: $2 could not be fetched from Debian, what needs $4 is skipped ($1/apt.log)"
}

# unpack_fetch FOLDER PACKAGE...: all of them, unpacked into the folder.
unpack_fetch() {
    local folder=$1
    shift
    [[ ${LEADWIRE_SETUP:-} != skip ]] && mkdir -p -- "$folder" || return 1
    say "fetching $1 from Debian, to run it from build/"
    (
        cd -- "$folder" || exit 1
        rm -f -- *.deb
        "${apt_get[@]}" download "$@" >apt.log 2>&1 \
            || { apt_run apt.log update -q; "${apt_get[@]}" download "$@" >>apt.log 2>&1; } \
            || exit 1
        for file in *.deb; do
            dpkg-deb -x "$file" . && rm -f -- "$file" || exit 1
        done
    )
}
