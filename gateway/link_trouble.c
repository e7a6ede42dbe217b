/* SPDX-License-Identifier: Apache-2.0 */
#include "link_trouble.h"

#include <stdio.h>
#include <string.h>

#include "lw_log.h"

void link_trouble_init(struct link_trouble *trouble, const char *door, const char *rep)
{
    *trouble = (struct link_trouble){0};
    snprintf(trouble->who, sizeof trouble->who, "door=%s%s%s", door, rep[0] ? " rep=" : "", rep);
}

void link_trouble_look(struct link_trouble *trouble, bool is_open, const char *error)
{
    if (is_open) {
        if (trouble->said[0])
            log_info("the broker is reached again: %s", trouble->who);
        trouble->said[0] = '\0';
    } else if (error[0] && strncmp(trouble->said, error, sizeof trouble->said - 1) != 0) {
        snprintf(trouble->said, sizeof trouble->said, "%s", error);
        log_warning("the broker is not reached: %s reason=%s", trouble->who, error);
    }
}
