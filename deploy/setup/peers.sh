# SPDX-License-Identifier: Apache-2.0
# The programs beside which `leadwire-bench peers` measures. Sourced by ./run.
#
# They are not installed: deploy/setup/unpack.sh.

# RabbitMQ's server, and of Erlang what it needs and erlang-base does not bring.
peers_rabbitmq=(rabbitmq-server erlang-base erlang-asn1 erlang-crypto erlang-eldap erlang-inets erlang-mnesia erlang-os-mon
    erlang-parsetools erlang-public-key erlang-runtime-tools erlang-ssl erlang-syntax-tools erlang-tools erlang-xmerl)

# Exports LEADWIRE_BEANSTALKD, LEADWIRE_NATS_SERVER (programs) and LEADWIRE_RABBITMQ (the folder that its packages were unpacked in).
# Without a program its rows are left out.
peers_require() {
    local folder=$state_dir/peers
    peers_find beanstalkd LEADWIRE_BEANSTALKD usr/bin
    peers_find nats-server LEADWIRE_NATS_SERVER usr/sbin
    if [[ -z ${LEADWIRE_RABBITMQ:-} && ! -x /usr/lib/rabbitmq/bin/rabbitmq-server ]]; then
        if [[ -x $folder/rabbitmq/usr/lib/rabbitmq/bin/rabbitmq-server ]] || peers_fetch_rabbitmq "$folder/rabbitmq"; then
            export LEADWIRE_RABBITMQ=$folder/rabbitmq
        else
            say "bench: rabbitmq-server could not be fetched from Debian, its row is left out ($folder/rabbitmq/apt.log)"
        fi
    fi
}

# peers_find PACKAGE VARIABLE FOLDER: the program has the package's name and is in that folder of it.
peers_find() {
    local package=$1 variable=$2 folder=$state_dir/peers found
    if [[ -z ${!variable:-} ]]; then
        found=$(command -v "$package") || found=$folder/$3/$package
        if [[ ! -x $found ]] && ! unpack_fetch "$folder" "$package"; then
            say "bench: $package could not be fetched from Debian, its rows are left out ($folder/apt.log)"
            return
        fi
        printf -v "$variable" '%s' "$found"
    fi
    export "${variable?}"
}

# Debian's erl knows no other place than its own.
peers_fetch_rabbitmq() {
    unpack_fetch "$1" "${peers_rabbitmq[@]}" && sed -i 's|ROOTDIR=/usr/lib/erlang$|ROOTDIR="$ERL_ROOTDIR"|' "$1/usr/lib/erlang/bin/erl"
}
