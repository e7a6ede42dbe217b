/* SPDX-License-Identifier: Apache-2.0 */
#include "client_key.h"

#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "key_file.h"
#include "key_need.h"

static bool set_key(void *socket, int option, const char *key)
{
    return zmq_setsockopt(socket, option, key, KEY_TEXT_SIZE) == 0;
}

lw_status client_key_give(void *socket, const char *endpoint, const char *path, char *why)
{
    struct key_file key;

    if ((!path || !*path) && key_is_needed(endpoint)) {
        snprintf(why, KEY_WHY_MAX, "%.200s is not on this machine: it needs a key file", endpoint);
        return LW_INVALID;
    }
    if (!path || !*path)
        return LW_OK;
    lw_status status = key_file_read(path, &key, why);
    if (status != LW_OK)
        return status;
    if (strcmp(key.role, KEY_ROLE_SERVER) == 0) {
        snprintf(why, KEY_WHY_MAX, "%.200s is the broker's own key, not a client's", path);
        status = LW_INVALID;
    } else if (!set_key(socket, ZMQ_CURVE_SERVERKEY, key.server_key) || !set_key(socket, ZMQ_CURVE_PUBLICKEY, key.public_key)
               || !set_key(socket, ZMQ_CURVE_SECRETKEY, key.secret_key)) {
        snprintf(why, KEY_WHY_MAX, "this libzmq has no CURVE");
        status = LW_UNSUPPORTED;
    }
    key_file_wipe(&key);
    return status;
}
