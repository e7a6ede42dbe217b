/* SPDX-License-Identifier: Apache-2.0 */
#include "store_troubles.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

const char *store_trouble_word(enum store_trouble_kind kind)
{
    static const char *const words[STORE_TROUBLE_COUNT] = {
#define X(name, word) [STORE_TROUBLE_##name] = word,
        STORE_TROUBLE_TABLE(X)
#undef X
    };

    return words[kind];
}

enum store_trouble_kind store_trouble_of_error(const char *error)
{
    static const struct { const char *text; bool anywhere; enum store_trouble_kind kind; } errors[] = {
        {"MISCONF", false, STORE_TROUBLE_DISK_FULL},
        {"OOM", false, STORE_TROUBLE_MEMORY_FULL},
        {"LOADING", false, STORE_TROUBLE_LOADING},
        {"READONLY", false, STORE_TROUBLE_READ_ONLY},
        {"WRONGPASS", false, STORE_TROUBLE_WRONG_PASSWORD},
        {"NOAUTH", false, STORE_TROUBLE_WRONG_PASSWORD},
        {"NOPERM", false, STORE_TROUBLE_NO_RIGHTS},
        {"can't run this command", true, STORE_TROUBLE_NO_RIGHTS},
        {"ACL failure in script", true, STORE_TROUBLE_NO_RIGHTS},
        {"WRONGTYPE", true, STORE_TROUBLE_FOREIGN_DATA},
        {"LWPARTIAL", false, STORE_TROUBLE_EMPTIED},
        {"NOREPLICAS", false, STORE_TROUBLE_FEW_REPLICAS},
        {"Function not found", true, STORE_TROUBLE_FUNCTION_MISSING},
    };

    static const char of_transaction[] = "EXECABORT Transaction discarded because of: ";      /* then the error itself */
    if (strncmp(error, of_transaction, sizeof of_transaction - 1) == 0)
        error += sizeof of_transaction - 1;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        const char *found = strstr(error, errors[i].text);
        if (found && (found == error || errors[i].anywhere))
            return errors[i].kind;
    }
    return STORE_TROUBLE_OTHER;
}
