/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_key.h"

#include <stdio.h>
#include <string.h>

#include "roles.h"

lw_status rep_key_find(const char *folder, const char *rep, char path[REP_KEY_PATH_MAX], char *why)
{
    struct key_file key;
    const int size = snprintf(path, REP_KEY_PATH_MAX, "%s/%s.key", folder, rep);
    if (!key_name_is_fine(rep) || size < 0 || size >= REP_KEY_PATH_MAX) {
        snprintf(why, KEY_WHY_MAX, "no key file can have this rep's name");
        return LW_NOT_FOUND;
    }
    lw_status status = key_file_read(path, &key, why);
    if (status == LW_OK && roles_find(key.role) != ROLE_REP) {
        snprintf(why, KEY_WHY_MAX, "%.200s is no rep's key, but one of the role %s", path, key.role);
        status = LW_INVALID;
    } else if (status == LW_OK && strcmp(key.name, rep) != 0) {
        snprintf(why, KEY_WHY_MAX, "%.200s is the key of another rep", path);
        status = LW_INVALID;
    }
    key_file_wipe(&key);
    return status;
}
