/* SPDX-License-Identifier: Apache-2.0
 *
 * sip_tell - tells the broker what became of a call, again until it has heard.
 *
 * A call that has ended cannot ask again, so its end is kept here while the broker is away: at most 5 minutes, and as
 * many as there can be calls. What is lost then ends by the broker's own deadlines. Threads: one owner.
 */
#ifndef SIP_TELL_H
#define SIP_TELL_H

#include <stdbool.h>
#include <stdint.h>

#include "http_worker.h"

struct sip_tell;
struct sip_tells {
    struct http_worker *worker;
    struct sip_tell *first;
    uint32_t count;
};

void sip_tells_init(struct sip_tells *tells, struct http_worker *worker);
void sip_tells_fini(struct sip_tells *tells);   /* what was not heard is dropped */
/* The caller is gone. Strings are copied. */
void sip_tells_cancel(struct sip_tells *tells, const char *source, const char *idempotency_id, const char *reason);
/* What became of the rep's device. */
void sip_tells_dialled(struct sip_tells *tells, const char *lead_id, uint32_t offer_number, lw_dial_outcome outcome, const char *leg_id);

#endif
