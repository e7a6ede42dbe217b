/* SPDX-License-Identifier: Apache-2.0
 *
 * mail_service - what a door works with: the rules that one reading of the configuration gave, and the way to the broker.
 */
#ifndef MAIL_SERVICE_H
#define MAIL_SERVICE_H

#include "decisions_log.h"
#include "mail_config.h"
#include "mail_intake.h"

/* Borrowed, all of it. */
struct mail_service {
    const struct mail_config *config;
    struct mail_intake intake;
    struct decisions_log *decisions;
};

#endif
