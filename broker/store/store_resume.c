/* SPDX-License-Identifier: Apache-2.0
 *
 * Where Redis stands, told by its head, and what follows:
 *
 *   at what we know, or further within what we sent   go on behind it
 *   earlier in our chain, the ring has what follows   send that again
 *   at the head that our claim replaced               claim again, the same; then as above
 *   earlier than the ring, no head, no journal        move the head to what was confirmed last and write everything
 *                                                     anew: what waits, then a complete checkpoint. Nothing is
 *                                                     confirmed before its end
 *   another's                                         fenced
 *
 * One function serves all: it is called with the head just read, after every reconnection and every refusal.
 */
#include "redis_store.h"

#include <inttypes.h>
#include <string.h>

#include "lw_log.h"

static bool is_before_our_claim(const struct redis_store *s);
static void go_on_behind(struct redis_store *s, uint64_t sequence);
static void rebuild(struct redis_store *s);

void store_resume(struct redis_store *s)
{
    const struct desk_head *head = &s->head;
    bool is_ours = head->found && strcmp(head->nonce, s->nonce) == 0 && head->id.epoch == s->epoch;

    s->renew_at_ms = s->health_at_ms = s->now_ms;
    s->proved = false;
    if (!head->found || (is_ours && !head->journal_found))
        rebuild(s);
    else if (is_ours)
        go_on_behind(s, head->id.number);
    else if (is_before_our_claim(s))
        store_claim_again(s);
    else
        store_fence(s);
}

/* The id alone tells: every claim moves it. The nonce may be one that its owner gave back before we claimed. */
static bool is_before_our_claim(const struct redis_store *s)
{
    return s->claim.over.found && strcmp(s->head.id_text, s->claim.over.id_text) == 0;
}

static void go_on_behind(struct redis_store *s, uint64_t sequence)
{
    bool is_behind = sequence < s->told_sequence;

    if (sequence >= s->ring.next_sequence) {
        store_fail(s, "the journal in Redis has entries of ours that we did not write (at %" PRIu64 ")", sequence);
        return;
    }
    if (is_behind && !batch_ring_find(&s->ring, sequence + 1)) {
        rebuild(s);
        return;
    }
    if (is_behind)
        store_count_trouble(s, STORE_TROUBLE_BEHIND);
    if (is_behind)
        log_warning("Redis lost confirmed entries; sending them again desk=%s from=%" PRIu64 " to=%" PRIu64,
                    s->options.desk, sequence + 1, s->told_sequence);
    s->head_sequence = sequence;
    s->next_send = sequence + 1;
    s->phase = PHASE_SERVE;
    store_checkpoint_resume(s);
}

static void rebuild(struct redis_store *s)
{
    uint64_t sequence = s->told_sequence;

    /* The journal alone may be gone: what its head had reached is ours to confirm only with the rest. */
    store_count_trouble(s, STORE_TROUBLE_EMPTIED);
    log_warning("Redis lost this desk; writing it anew desk=%s", s->options.desk);
    store_move(&s->base, STORE_AWAY, "Redis lost this desk's data; it is written anew from memory");
    s->rebuilding = true;
    store_checkpoint_restart(s);
    store_claim_move(s, sequence);
}
