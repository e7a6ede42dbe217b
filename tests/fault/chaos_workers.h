/* SPDX-License-Identifier: Apache-2.0
 *
 * chaos_workers - workers beside a floor, each a process that can be killed and stopped: leadwire-web, leadwire-mail and leadwire-phone, with a
 * world outside (chaos_senders.py) that sends them forms, mails and calls until they are taken; leadwire-webhooks, which tells what becomes of
 * the forms' leads to a receiver outside (chaos_receiver.py); and leadwire-gateway, with reps who work in browsers (chaos_pages.py) and take the
 * leads of forms of their own. What all outside were told goes into the floor's client log. The other leads are in the language of the reps apart
 * (chaos_clients.h).
 *
 * All end with this program. Functions that cannot do their work end the test.
 */
#ifndef CHAOS_WORKERS_H
#define CHAOS_WORKERS_H

#include "floor_rig.h"

enum chaos_worker { CHAOS_WEB, CHAOS_MAIL, CHAOS_PHONE, CHAOS_HOOKS, CHAOS_GATEWAY, CHAOS_WORKERS };
enum { CHAOS_FRESH_MAX = 16 };

struct chaos_workers {
    struct floor_rig *rig;
    char directory[128];                    /* below that of the broker, and removed with it */
    pid_t pids[CHAOS_WORKERS], senders, receiver, pages;     /* 0: not running */
    bool are_asked_to_end, pages_are_asked_to_end;
    FILE *log;                              /* what the senders have written so far */
    unsigned done[CHAOS_WORKERS], before[CHAOS_WORKERS];
    char fresh[CHAOS_FRESH_MAX][CLIENT_TEXT_MAX];         /* leads of forms that came since chaos_workers_remember */
    unsigned fresh_count;
};

/* seconds: how long it will be; what comes from outside is rarer in a long run. */
void chaos_workers_open(struct chaos_workers *workers, struct floor_rig *rig, unsigned seconds);
void chaos_workers_close(struct chaos_workers *workers);
void chaos_worker_kill(struct chaos_workers *workers, enum chaos_worker which);      /* kill -9, waited for */
void chaos_worker_start(struct chaos_workers *workers, enum chaos_worker which);
/* False: it has ended by itself, with a word of why; waited for. */
bool chaos_worker_runs(struct chaos_workers *workers, enum chaos_worker which);
pid_t chaos_worker_pid(const struct chaos_workers *workers, enum chaos_worker which);
/* From here on: what chaos_workers_go_on compares with. */
void chaos_workers_remember(struct chaos_workers *workers);
/* Through each of them some contacts have come since; and of such leads the receiver was told, as it happened;
 * and pages completed some. */
bool chaos_workers_go_on(struct chaos_workers *workers);
/* Asks the senders to send nothing new; true: all that they sent was taken. */
bool chaos_workers_have_ended(struct chaos_workers *workers);
/* And then asks the pages to end; true: their reps have nothing, and for a while got nothing. */
bool chaos_pages_have_ended(struct chaos_workers *workers);

#endif
