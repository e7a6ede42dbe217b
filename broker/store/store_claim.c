/* SPDX-License-Identifier: Apache-2.0
 *
 * A claim compares the whole head (id, nonce, renewals) and appends an entry without records, number 0 of the new
 * epoch. Each try has a nonce of its own: after an unknown outcome the head tells whether it was this one.
 */
#include "redis_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "batch.h"
#include "crash_point.h"
#include "lw_log.h"
#include "wall_clock.h"

enum { POLL_MAX_MS = 500, POLL_MIN_MS = 10 };

static bool is_free(const struct redis_store *s);
static void watch(struct redis_store *s);
static void claim_new(struct redis_store *s);
static void make_nonce(char nonce[NONCE_MAX]);
static void make_entry(struct claim *claim);
static void send_claim(struct redis_store *s, struct desk_id id, const void *entry, size_t entry_size);
static void claim_answered(void *context, uint64_t tag, const redisReply *reply);
static void claimed(struct redis_store *s);

void store_claim_consider(struct redis_store *s)
{
    s->phase = PHASE_CLAIM;
    s->claim.poll_at_ms = UINT64_MAX;
    if (s->head.found && s->nonce[0] != '\0' && strcmp(s->head.nonce, s->nonce) == 0)
        claimed(s);
    else if (is_free(s))
        claim_new(s);
    else
        watch(s);
}

void store_claim_step(struct redis_store *s)
{
    if (s->now_ms >= s->claim.poll_at_ms)
        store_head_read(s);
}

void store_claim_again(struct redis_store *s)
{
    send_claim(s, (struct desk_id){s->epoch, 0}, s->claim.entry, s->claim.entry_size);
}

void store_claim_move(struct redis_store *s, uint64_t sequence)
{
    send_claim(s, (struct desk_id){s->epoch, sequence}, "", 0);
}

/* Nobody's, given back, or of a broker of our own host and name, which can only be our own earlier life. */
static bool is_free(const struct redis_store *s)
{
    return !s->head.found || s->head.nonce[0] == '\0' || strcmp(s->head.owner, s->options.owner) == 0;
}

static void watch(struct redis_store *s)
{
    struct claim *claim = &s->claim;
    const struct desk_head *head = &s->head;
    bool same = claim->watched.found && strcmp(head->id_text, claim->watched.id_text) == 0 &&
                strcmp(head->nonce, claim->watched.nonce) == 0 && strcmp(head->renewals, claim->watched.renewals) == 0;

    if (!same) {
        claim->watched = *head;
        claim->watch_since_ms = s->now_ms;
    }
    uint64_t lapse_ms = claim->watch_since_ms + s->options.lease_ms;
    if (s->now_ms >= lapse_ms) {
        log_info("the lease of the owner before has ended desk=%s", s->options.desk);
        claim_new(s);
        return;
    }
    uint64_t poll_ms = s->options.lease_ms / 10;
    poll_ms = poll_ms > POLL_MAX_MS ? POLL_MAX_MS : poll_ms < POLL_MIN_MS ? POLL_MIN_MS : poll_ms;
    claim->poll_at_ms = s->now_ms + poll_ms < lapse_ms ? s->now_ms + poll_ms : lapse_ms;
    store_move(&s->base, STORE_CLAIMING, "%s owns the desk; waiting for its lease to end", head->owner);
}

static void claim_new(struct redis_store *s)
{
    uint64_t last = s->head.id.epoch;

    if (s->read_checkpoint.id.epoch > last)
        last = s->read_checkpoint.id.epoch;
    s->epoch = store_epoch_after(last);
    make_nonce(s->nonce);
    s->claim.over = s->head;
    make_entry(&s->claim);
    send_claim(s, (struct desk_id){s->epoch, 0}, s->claim.entry, s->claim.entry_size);
}

static void make_nonce(char nonce[NONCE_MAX])
{
    uint64_t words[2];

    random_bytes(words, sizeof words);
    snprintf(nonce, NONCE_MAX, "%016" PRIx64 "%016" PRIx64, words[0], words[1]);
}

static void make_entry(struct claim *claim)
{
    struct byte_buffer buffer;
    struct journal_entry_head head = {.schema = STORE_SCHEMA_VERSION, .previous = claim->over.id};

    byte_buffer_init(&buffer, sizeof claim->entry);
    journal_entry_put_head(&buffer, &head);
    claim->entry_size = buffer.failed ? 0 : buffer.size;
    memcpy(claim->entry, buffer.data ? (const void *)buffer.data : "", claim->entry_size);
    byte_buffer_fini(&buffer);
}

/* Over the head as last read. */
static void send_claim(struct redis_store *s, struct desk_id id, const void *entry, size_t entry_size)
{
    char id_text[STREAM_ID_MAX];

    stream_id_format(id, id_text);
    store_call(s, "lw_claim", 3);
    redis_args_text(&s->args, s->key_head);
    redis_args_text(&s->args, s->key_journal);
    redis_args_text(&s->args, s->key_checkpoint);
    redis_args_text(&s->args, s->head.id_text);
    redis_args_text(&s->args, s->head.nonce);
    redis_args_text(&s->args, s->head.renewals);
    redis_args_text(&s->args, s->nonce);
    redis_args_text(&s->args, id_text);
    redis_args_number(&s->args, id.epoch);
    redis_args_text(&s->args, s->options.owner);
    redis_args_text(&s->args, s->options.endpoint ? s->options.endpoint : "");
    redis_args_number(&s->args, STORE_SCHEMA_VERSION);
    redis_args_add(&s->args, entry, entry_size);
    store_send(s, claim_answered, 0);
}

/* Claimed, moved or refused: the head says where we are. What was read before is no longer true: until the claim the
   owner before may have ended a checkpoint, which leaves the head as it is. */
static void claim_answered(void *context, uint64_t tag, const redisReply *reply)
{
    struct redis_store *s = context;

    (void)tag;
    if (!store_is_trouble(s, reply))
        store_head_read(s);
}

static void claimed(struct redis_store *s)
{
    s->claimed = true;
    batch_ring_init(&s->ring, 1);
    s->head_sequence = s->told_sequence = s->replicated_sequence = s->highest_sent = 0;
    s->next_send = 1;
    log_info("desk claimed desk=%s epoch=%" PRIu64, s->options.desk, s->epoch);
    crash_point("recovery.claimed");
    store_move(&s->base, STORE_LOADING, "claimed");
    store_load_begin(s);
}
