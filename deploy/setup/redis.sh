# SPDX-License-Identifier: Apache-2.0
# Where redis-server is. Sourced by ./run.
#
# Debian's package redis-server starts a service on port 6379 as it is
# installed. The program itself comes with redis-tools: /usr/bin/redis-server
# is but a link to redis-check-rdb, which looks at the name it was called by.
# So a link of our own is enough, and nothing is started or masked.

# Exports LEADWIRE_REDIS_SERVER, and puts its folder last on PATH.
redis_require() {
    local link=$state_dir/bin/redis-server found
    if [[ -z ${LEADWIRE_REDIS_SERVER:-} ]]; then
        if found=$(command -v redis-server); then
            LEADWIRE_REDIS_SERVER=$found
        elif found=$(command -v redis-check-rdb); then
            mkdir -p -- "${link%/*}" && ln -sfn -- "$(readlink -f -- "$found")" "$link"
            LEADWIRE_REDIS_SERVER=$link
            PATH=$PATH:${link%/*}
        else
            die "no redis-server was found: install Debian's redis-tools, or name one in LEADWIRE_REDIS_SERVER."
        fi
    fi
    export LEADWIRE_REDIS_SERVER PATH
}
