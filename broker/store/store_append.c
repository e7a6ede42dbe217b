/* SPDX-License-Identifier: Apache-2.0
 *
 * Batches wait in the open entry while two groups are in flight, one being made durable and one behind it, so that
 * Redis has the next when it returns from its fsync: under load they share an entry and a round trip, idle each goes
 * out at once. A group is one call, or one transaction, with all the entries that there are: Redis reads its clients in pieces of
 * about an entry and makes what it did durable between two, so that entries of their own would cost an fsync each.
 *
 * An entry in the ring never changes, so to send it again, in any group, is always safe: the function appends a group
 * only where its first belongs, whole or not at all, and else says where the head is.
 */
#include "redis_store.h"

#include <string.h>

#include "batch.h"
#include "crash_point.h"
#include "journal_tail.h"

/* A group is answered by itself, and that must come within away_after_ms: so it stays small, whatever a command could hold. */
enum { GROUP_ENTRIES_MAX = JOURNAL_WRITE_ENTRIES_MAX, GROUP_BYTES_MAX = JOURNAL_WRITE_BYTES_MAX, ENTRY_HEAD_MAX = 32 };

_Static_assert(GROUP_BYTES_MAX + STORE_BATCH_MAX + GROUP_ENTRIES_MAX * STREAM_ID_MAX + 4096 < REDIS_ARGS_BYTES_MAX, "a group fits a command");
_Static_assert(2 * GROUP_ENTRIES_MAX + 8 < REDIS_ARGS_MAX, "a group fits a command");

static uint64_t group_end(const struct redis_store *s, size_t *bytes_out);
static void send_call(struct redis_store *s, uint64_t end);
static void send_transaction(struct redis_store *s, uint64_t end);
static void id_format(const struct redis_store *s, uint64_t sequence, char out[STREAM_ID_MAX]);
static void add_id(struct redis_store *s, uint64_t sequence);
static void note_sent(struct redis_store *s, const struct ring_entry *entry);
static void append_answered(void *context, uint64_t tag, const redisReply *reply);
static void tell(struct redis_store *s);

lw_status store_redis_append(struct store *base, const void *batch, size_t size, uint64_t desk_ms)
{
    struct redis_store *s = (struct redis_store *)base;

    s->append_refused = true;
    if (base->pending_bytes + size > STORE_PENDING_MAX)
        return LW_FULL;
    if (s->open.size + size > STORE_BATCH_MAX && !store_seal(s))
        return LW_FULL;
    byte_buffer_put(&s->open, batch, size);
    if (s->open.failed) {
        byte_buffer_truncate(&s->open, s->open.size);
        return LW_FULL;
    }
    s->append_refused = false;
    s->open_ticket = ++base->last_ticket;
    s->open_batches++;
    s->open_desk_ms = desk_ms;
    return LW_OK;
}

bool store_seal(struct redis_store *s)
{
    struct byte_buffer head;
    struct journal_entry_head fields = {.schema = STORE_SCHEMA_VERSION,
        .previous = {s->epoch, s->ring.next_sequence - 1}, .desk_ms = s->open_desk_ms};

    if (s->open.size == 0)
        return true;
    byte_buffer_init(&head, ENTRY_HEAD_MAX);
    journal_entry_put_head(&head, &fields);
    struct ring_entry *entry = head.failed ? NULL : batch_ring_add(&s->ring, head.size + s->open.size);
    if (entry) {
        memcpy(entry->bytes, head.data, head.size);
        memcpy(entry->bytes + head.size, s->open.data, s->open.size);
        entry->desk_ms = s->last_desk_ms = s->open_desk_ms;
        entry->last_ticket = s->open_ticket;
        entry->batches = s->open_batches;
        entry->batch_bytes = (uint32_t)s->open.size;
        entry->put_ms = s->now_ms;
        store_checkpoint_grew(s, entry->size);
        s->base.totals.journal_entries++;
        s->open_batches = 0;
        byte_buffer_clear(&s->open);
    }
    byte_buffer_fini(&head);
    return entry != NULL;
}

void store_send_group(struct redis_store *s)
{
    size_t bytes;

    if (s->groups_unanswered >= IN_FLIGHT_GROUPS || s->drop || !store_seal(s) || s->next_send == s->ring.next_sequence)
        return;
    const uint64_t end = group_end(s, &bytes);
    if (end == s->next_send)
        return;
    crash_point("append.before");
    s->groups_unanswered++;
    s->base.totals.round_trips++;
    if (store_transaction_suits(s, bytes))
        send_transaction(s, end);
    else
        send_call(s, end);
    store_replicas_wait(s);
    redis_link_flush(&s->link);
    crash_point("append.sent");
}

void store_confirm(struct redis_store *s)
{
    if (!s->base.loaded || s->rebuilding || store_durable_sequence(s) <= s->told_sequence)
        return;
    crash_point("append.answered");
    tell(s);
    batch_ring_trim(&s->ring, s->told_sequence, s->options.ring_bytes, s->now_ms, s->options.ring_ms);
}

/* Behind the last entry of the next group: next_send when the ring has none. */
static uint64_t group_end(const struct redis_store *s, size_t *bytes_out)
{
    uint64_t end = s->next_send;

    *bytes_out = 0;
    while (end - s->next_send < GROUP_ENTRIES_MAX && *bytes_out < GROUP_BYTES_MAX) {
        const struct ring_entry *entry = batch_ring_find(&s->ring, end);
        if (!entry)
            break;
        *bytes_out += entry->size;
        end++;
    }
    return end;
}

static void send_call(struct redis_store *s, uint64_t end)
{
    store_call(s, "lw_append", 2);
    redis_args_text(&s->args, s->key_head);
    redis_args_text(&s->args, s->key_journal);
    redis_args_text(&s->args, s->nonce);
    add_id(s, s->next_send - 1);
    while (s->next_send < end) {
        const struct ring_entry *entry = batch_ring_find(&s->ring, s->next_send);
        add_id(s, entry->sequence);
        redis_args_add(&s->args, entry->bytes, entry->size);
        note_sent(s, entry);
    }
    store_send(s, append_answered, end - 1);
}

static void send_transaction(struct redis_store *s, uint64_t end)
{
    const size_t entries = (size_t)(end - s->next_send);
    char previous_id[STREAM_ID_MAX], id[STREAM_ID_MAX] = "";

    id_format(s, s->next_send - 1, previous_id);
    store_transaction_begin(s);
    while (s->next_send < end) {
        const struct ring_entry *entry = batch_ring_find(&s->ring, s->next_send);
        id_format(s, entry->sequence, id);
        store_transaction_add(s, id, entry->bytes, entry->size);
        note_sent(s, entry);
    }
    store_transaction_end(s, previous_id, entries, id, end - 1);
}

static void id_format(const struct redis_store *s, uint64_t sequence, char out[STREAM_ID_MAX])
{
    stream_id_format((struct desk_id){s->epoch, sequence}, out);
}

static void add_id(struct redis_store *s, uint64_t sequence)
{
    char id[STREAM_ID_MAX];

    id_format(s, sequence, id);
    redis_args_text(&s->args, id);
}

static void note_sent(struct redis_store *s, const struct ring_entry *entry)
{
    s->next_send = entry->sequence + 1;
    if (entry->sequence <= s->highest_sent)
        s->base.totals.resent_batches += entry->batches;
    else
        s->highest_sent = entry->sequence;
}

static void append_answered(void *context, uint64_t sequence, const redisReply *reply)
{
    store_group_answered(context, sequence, reply);
}

void store_group_answered(struct redis_store *s, uint64_t sequence, const redisReply *reply)
{
    uint64_t head_sequence;

    if (s->groups_unanswered > 0)
        s->groups_unanswered--;
    if (store_is_trouble(s, reply))
        return;
    if (reply->type == REDIS_REPLY_INTEGER && reply->integer == 1) {
        if (sequence > s->head_sequence)
            s->head_sequence = sequence;
    } else if (store_head_is_ours(s, reply, &head_sequence) && head_sequence >= sequence) {
        if (head_sequence > s->head_sequence)
            s->head_sequence = head_sequence;     /* it was there already */
    } else {
        s->resync = true;       /* and what is behind it is refused too */
    }
}

static void tell(struct redis_store *s)
{
    struct store *base = &s->base;
    uint64_t durable = store_durable_sequence(s);

    for (uint64_t sequence = s->told_sequence + 1; sequence <= durable; sequence++) {
        const struct ring_entry *entry = batch_ring_find(&s->ring, sequence);
        if (!entry)
            continue;
        base->pending -= entry->batches;
        base->pending_bytes -= entry->batch_bytes;
        base->confirmed_ticket = entry->last_ticket;
    }
    s->told_sequence = durable;
    base->callbacks.confirmed(base->callbacks.context, base->confirmed_ticket);
}
