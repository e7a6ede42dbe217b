/* SPDX-License-Identifier: Apache-2.0
 *
 * gateway_browsers - what the browsers of the gateway's bench do: each has its session and its stream of server-sent events, accepts what
 * it is offered and completes it. One of them asks for the shared list again and again, so that its state changes faster than it is told.
 *
 * Each state is checked: the rep's own name, only leads of the rep's skill, and none that another browser was ever shown.
 * Threads: one owner.
 */
#ifndef GATEWAY_BROWSERS_H
#define GATEWAY_BROWSERS_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway_desk.h"
#include "gateway_journal.h"

enum { GATEWAY_ASKS_PER_S = 100, GATEWAY_FRAMES_PER_S = 20 };   /* the asking one: asked for, and told at most */

struct gateway_browsers;   /* opaque */

struct gateway_counts {
    uint64_t frames, leads_shown, completed, wrong;   /* wrong: what is checked, and acts that were refused */
    uint64_t asked, asker_frames;
};

/* Signs all of them in, opens their streams, and waits until each is told that the broker serves it. Gives up on failure. */
struct gateway_browsers *gateway_browsers_open(const struct gateway_desk *desk, uint32_t count);
void gateway_browsers_close(struct gateway_browsers *browsers);
/* What came by now, for at most wait_ms. shown_ns[lead] becomes bench_now_ns() of the first state with it. */
void gateway_browsers_work(struct gateway_browsers *browsers, int wait_ms, uint64_t shown_ns[GATEWAY_LEADS_MAX]);
/* The asking one asks from now on, or no more. */
void gateway_browsers_ask(struct gateway_browsers *browsers, bool asks);
struct gateway_counts gateway_browsers_counts(const struct gateway_browsers *browsers);

#endif
