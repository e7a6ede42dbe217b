/* SPDX-License-Identifier: Apache-2.0
 *
 * mail_once - one mail from standard input, for mail servers that pipe.
 *
 * Exit codes are those of sysexits.h, as a delivering server reads them: what is
 * our own fault is always "try again", so that no mail bounces because of us.
 */
#ifndef MAIL_ONCE_H
#define MAIL_ONCE_H

#include "worker_config.h"

#include <stdbool.h>

enum {
    MAIL_EXIT_OK = 0,          /* accepted, duplicate, or not a lead */
    MAIL_EXIT_USAGE = 64,      /* wrong arguments */
    MAIL_EXIT_DATA = 65,       /* not understood, or refused by the broker: the same mail will never do */
    MAIL_EXIT_TRY_AGAIN = 75,  /* broker away or busy, configuration or disk in trouble */
};

struct mail_once_options {
    const char *config_path;   /* NULL: overrides alone */
    const char *source;
    struct worker_overrides overrides;
    bool dry_run;              /* print the lead, need no broker, keep nothing */
};

/* Reads standard input to its end, prints one JSON object on standard output, gives the exit code. */
int mail_once_run(const struct mail_once_options *options);

#endif
