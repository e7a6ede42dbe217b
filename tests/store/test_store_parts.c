/* SPDX-License-Identifier: Apache-2.0
 *
 * The store's parts that need no Redis: batches, entry heads, the ring, the writes of a slice, keys, the memory store.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "batch_ring.h"
#include "journal_tail.h"
#include "slice_writes.h"
#include "store.h"
#include "wall_clock.h"
#include "store_keys.h"

static void batch_gives_back_what_was_put(void **state)
{
    struct byte_buffer batch;
    struct byte_reader reader;
    enum record_kind kind;
    const uint8_t *bytes;
    size_t size;

    (void)state;
    byte_buffer_init(&batch, 4096);
    batch_put(&batch, RECORD_LEAD, "one", 3);
    batch_put(&batch, RECORD_REP, "", 0);
    batch_put(&batch, RECORD_DESK, "three", 5);
    byte_reader_init(&reader, batch.data, batch.size);
    assert_true(batch_next(&reader, &kind, &bytes, &size));
    assert_true(kind == RECORD_LEAD && size == 3 && memcmp(bytes, "one", 3) == 0);
    assert_true(batch_next(&reader, &kind, &bytes, &size));
    assert_true(kind == RECORD_REP && size == 0);
    assert_true(batch_next(&reader, &kind, &bytes, &size));
    assert_true(kind == RECORD_DESK && size == 5);
    assert_false(batch_next(&reader, &kind, &bytes, &size));
    assert_false(reader.failed);
    byte_buffer_fini(&batch);
}

static void batch_cut_anywhere_is_damage_and_never_read_past(void **state)
{
    struct byte_buffer batch;

    (void)state;
    byte_buffer_init(&batch, 4096);
    batch_put(&batch, RECORD_LEAD, "0123456789", 10);
    for (size_t cut = 1; cut < batch.size; cut++) {
        struct byte_reader reader;
        enum record_kind kind;
        const uint8_t *bytes;
        size_t size;
        uint8_t *copy = malloc(cut);
        memcpy(copy, batch.data, cut);
        byte_reader_init(&reader, copy, cut);
        assert_false(batch_next(&reader, &kind, &bytes, &size));
        assert_true(reader.failed);
        free(copy);
    }
    byte_buffer_fini(&batch);
}

static void entry_head_of_a_newer_schema_is_told_apart_from_damage(void **state)
{
    struct byte_buffer entry;
    struct byte_reader reader;
    struct journal_entry_head head = {STORE_SCHEMA_VERSION, {7, 8}, 1234567}, back;

    (void)state;
    byte_buffer_init(&entry, 64);
    journal_entry_put_head(&entry, &head);
    byte_reader_init(&reader, entry.data, entry.size);
    assert_int_equal(journal_entry_head_read(&reader, &back), LW_OK);
    assert_true(back.desk_ms == 1234567 && desk_id_equal(back.previous, head.previous));
    byte_reader_init(&reader, entry.data, entry.size - 1);
    assert_int_equal(journal_entry_head_read(&reader, &back), LW_CORRUPT);
    entry.data[0] = STORE_SCHEMA_VERSION + 1;
    byte_reader_init(&reader, entry.data, entry.size);
    assert_int_equal(journal_entry_head_read(&reader, &back), LW_UNSUPPORTED);
    byte_buffer_fini(&entry);
}

static lw_status add_to_tail(struct journal_tail *tail, struct desk_id previous, struct desk_id id, size_t size)
{
    struct journal_entry_head head = {STORE_SCHEMA_VERSION, previous, id.number};
    struct byte_buffer entry;
    static const uint8_t bytes[JOURNAL_WRITE_BYTES_MAX];

    byte_buffer_init(&entry, 2 * JOURNAL_WRITE_BYTES_MAX);
    journal_entry_put_head(&entry, &head);
    byte_buffer_put(&entry, bytes, size);
    assert_false(entry.failed);
    lw_status status = journal_tail_add(tail, id, entry.data, entry.size);
    byte_buffer_fini(&entry);
    return status;
}

/* Gives how many were there. */
static unsigned expect_of_tail(struct journal_tail *tail, bool to_end, struct desk_id next)
{
    struct journal_tail_entry entry;
    struct byte_reader batch;
    unsigned count = 0;

    for (; journal_tail_take(tail, to_end, &entry, &batch); count++) {
        assert_true(desk_id_equal(entry.id, next) && entry.desk_ms == next.number);
        next.number++;
    }
    return count;
}

static void what_a_claim_did_not_find_is_not_of_the_journal(void **state)
{
    struct journal_tail tail;

    (void)state;
    for (uint64_t found = 0; found <= 6; found++) {
        journal_tail_init(&tail, (struct desk_id){7, 0});
        for (uint64_t i = 1; i <= 6; i++)
            assert_int_equal(add_to_tail(&tail, (struct desk_id){7, i - 1}, (struct desk_id){7, i}, 10), LW_OK);
        assert_int_equal(expect_of_tail(&tail, false, (struct desk_id){7, 1}), 0);      /* a claim may still say something else */
        assert_int_equal(add_to_tail(&tail, (struct desk_id){7, found}, (struct desk_id){9, 0}, 10), LW_OK);
        assert_int_equal(tail.left_out, 6 - found);
        assert_int_equal(add_to_tail(&tail, (struct desk_id){9, 0}, (struct desk_id){9, 1}, 10), LW_OK);
        struct journal_tail_entry entry;
        struct byte_reader batch;
        for (uint64_t i = 1; i <= found; i++)
            assert_true(journal_tail_take(&tail, true, &entry, &batch) && desk_id_equal(entry.id, (struct desk_id){7, i}) && byte_reader_left(&batch) == 10);
        assert_int_equal(expect_of_tail(&tail, true, (struct desk_id){9, 0}), 2);
        journal_tail_fini(&tail);
    }
}

static void entries_that_are_missing_are_a_gap(void **state)
{
    struct journal_tail tail;

    (void)state;
    journal_tail_init(&tail, (struct desk_id){7, 4});
    assert_int_equal(add_to_tail(&tail, (struct desk_id){7, 4}, (struct desk_id){7, 5}, 10), LW_OK);
    assert_int_equal(add_to_tail(&tail, (struct desk_id){7, 6}, (struct desk_id){7, 7}, 10), LW_NOT_FOUND);
    assert_int_equal(add_to_tail(&tail, (struct desk_id){7, 4}, (struct desk_id){7, 6}, 10), LW_NOT_FOUND);     /* no claim */
    assert_int_equal(add_to_tail(&tail, (struct desk_id){7, 6}, (struct desk_id){9, 0}, 10), LW_NOT_FOUND);     /* after what is missing */
    assert_int_equal(add_to_tail(&tail, (struct desk_id){7, 3}, (struct desk_id){9, 0}, 10), LW_NOT_FOUND);     /* before the beginning */
    journal_tail_fini(&tail);
}

/* No more is held than one write, by entries and by bytes; and a claim that leaves out more is not believed. */
static void what_has_a_write_behind_it_is_sure(void **state)
{
    const struct { size_t size; unsigned most; } loads[] = {{10, JOURNAL_WRITE_ENTRIES_MAX}, {32 * 1024, (JOURNAL_WRITE_BYTES_MAX + STORE_BATCH_MAX) / (32 * 1024) + 1}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct journal_tail tail;
        uint64_t taken = 0;
        journal_tail_init(&tail, (struct desk_id){7, 0});
        for (uint64_t n = 1; n <= 3000; n++) {
            assert_int_equal(add_to_tail(&tail, (struct desk_id){7, n - 1}, (struct desk_id){7, n}, loads[i].size), LW_OK);
            taken += expect_of_tail(&tail, false, (struct desk_id){7, taken + 1});
            assert_true(n - taken <= loads[i].most);
        }
        assert_true(3000 - taken >= loads[i].most - 1);
        assert_true(tail.capacity <= 4 * JOURNAL_WRITE_ENTRIES_MAX && tail.bytes.capacity <= 8 * JOURNAL_WRITE_BYTES_MAX);
        assert_int_equal(add_to_tail(&tail, (struct desk_id){7, taken - 1}, (struct desk_id){9, 0}, 10), LW_NOT_FOUND);
        assert_int_equal(expect_of_tail(&tail, true, (struct desk_id){7, taken + 1}), 3000 - taken);
        journal_tail_fini(&tail);
    }
}

static void ring_keeps_what_is_unconfirmed_whatever_its_size_or_age(void **state)
{
    struct batch_ring ring;

    (void)state;
    batch_ring_init(&ring, 1);
    for (uint64_t i = 1; i <= 500; i++) {
        struct ring_entry *entry = batch_ring_add(&ring, 100);
        assert_true(entry && entry->sequence == i);
        entry->put_ms = i;
    }
    batch_ring_trim(&ring, 0, 0, 1000000, 0);
    assert_non_null(batch_ring_find(&ring, 1));
    batch_ring_trim(&ring, 300, 25000, 300, 1000000);
    assert_null(batch_ring_find(&ring, 250));
    assert_non_null(batch_ring_find(&ring, 251));
    batch_ring_trim(&ring, 300, 1000000, 400, 110);
    assert_null(batch_ring_find(&ring, 289));
    assert_non_null(batch_ring_find(&ring, 290));
    assert_non_null(batch_ring_find(&ring, 500));
    assert_null(batch_ring_find(&ring, 501));
    assert_true(ring.bytes == 211 * 100);
    batch_ring_fini(&ring);
}

static void expect_texts(const struct redis_args *args, const char *words)
{
    char text[256] = "";

    for (size_t i = 0; i < args->count; i++) {
        size_t size, at = strlen(text);
        const char *bytes = redis_args_at(args, i, &size);
        assert_true(at + size + 2 < sizeof text);
        memcpy(text + at, bytes, size);
        memcpy(text + at + size, " ", 2);
    }
    assert_string_equal(text, words);
}

static void writes_of_a_slice_come_by_hash_and_command(void **state)
{
    struct slice_writes writes;
    struct redis_args args;

    (void)state;
    slice_writes_init(&writes);
    redis_args_init(&args);
    for (int round = 0; round < 2; round++) {         /* cleared, it begins anew */
        redis_args_clear(&args);
        redis_args_text(&args, "first");
        slice_writes_join(&args, &writes);
        expect_texts(&args, "first ");
        slice_writes_set(&writes, 3, "a", 1, "1", 1);
        slice_writes_delete(&writes, 3, "b", 1);
        slice_writes_set(&writes, 40, "c", 1, "", 0);
        slice_writes_set(&writes, 3, "d", 1, "2", 1);
        slice_writes_delete(&writes, 3, "e", 1);
        slice_writes_join(&args, &writes);
        expect_texts(&args, "first HSET 3 4 a 1 d 2 HDEL 3 2 b e HSET 40 2 c  ");
        slice_writes_clear(&writes);
    }
    /* Thousands of keys and fields, each against its place. */
    for (unsigned i = 0; i < 1000; i++)
        slice_writes_set(&writes, 1 + i * 7 % 500, "field", 5, &i, sizeof i);
    redis_args_clear(&args);
    slice_writes_join(&args, &writes);
    assert_false(args.failed);
    assert_int_equal(args.count, 500 * 3 + 2000);
    for (size_t at = 0; at < args.count; at += 7) {   /* two fields of each key */
        size_t size;
        unsigned key = 0, first, second;
        for (const char *digit = redis_args_at(&args, at + 1, &size), *end = digit + size; digit < end; digit++)
            key = 10 * key + (unsigned)(*digit - '0');
        memcpy(&first, redis_args_at(&args, at + 4, &size), sizeof first);
        memcpy(&second, redis_args_at(&args, at + 6, &size), sizeof second);
        assert_true(first < second && 1 + first * 7 % 500 == key && 1 + second * 7 % 500 == key);
    }
    slice_writes_clear(&writes);
    for (unsigned i = 0; i < REDIS_ARGS_MAX; i++)
        slice_writes_delete(&writes, 1, "f", 1);
    redis_args_clear(&args);
    slice_writes_join(&args, &writes);
    assert_true(args.failed);                         /* with its head it is more than a command takes, and is not sent */
    redis_args_fini(&args);
    slice_writes_fini(&writes);
}

static void keys_share_the_hash_tag_and_name_their_generation(void **state)
{
    char key[STORE_KEY_MAX];
    uint64_t bucket, generation;

    (void)state;
    store_key(key, "sales", "head");
    assert_string_equal(key, "lw:{sales}:head");
    store_leads_key(key, "sales", 15, 0);
    assert_string_equal(key, "lw:{sales}:leads:15");
    store_leads_key(key, "sales", 3, 2);
    assert_string_equal(key, "lw:{sales}:leads:3:g2");
    store_seen_key(key, "sales", 77, 0);
    assert_string_equal(key, "lw:{sales}:seen:77");
    store_seen_field(key, 77, 2);
    assert_true(store_seen_field_parse(key, &bucket, &generation) && bucket == 77 && generation == 2);
    assert_false(store_seen_field_parse("seen:1", &bucket, &generation));
    assert_false(store_seen_field_parse("progress", &bucket, &generation));
    assert_true(store_desk_is_valid("north-2"));
    assert_false(store_desk_is_valid(""));
    assert_false(store_desk_is_valid("a}b"));
    assert_false(store_desk_is_valid("a b"));
}

static void stream_ids_of_64_bits_survive_their_text(void **state)
{
    struct desk_id id = {UINT64_MAX, UINT64_MAX - 1}, back;
    char text[STREAM_ID_MAX];

    (void)state;
    stream_id_format(id, text);
    assert_true(stream_id_parse(text, &back) && desk_id_equal(id, back));
    assert_false(stream_id_parse("1", &back));
    assert_false(stream_id_parse("1-", &back));
    assert_false(stream_id_parse("1-2x", &back));
    assert_false(stream_id_parse("-1-2", &back));
    assert_false(stream_id_parse("99999999999999999999-2", &back));
}

struct heard { uint64_t confirmed, epoch; unsigned loads; enum store_state state; };

static void hear_loaded(void *context, uint64_t epoch, uint64_t desk_ms, bool empty)
{
    struct heard *heard = context;

    heard->epoch = epoch;
    heard->loads++;
    assert_true(empty && desk_ms == 0);
}

static void hear_confirmed(void *context, uint64_t ticket)
{
    ((struct heard *)context)->confirmed = ticket;
}

static void hear_state(void *context, enum store_state state, const char *reason)
{
    (void)reason;
    ((struct heard *)context)->state = state;
}

/* Nothing tells it of the one before but the clock. */
static void a_memory_store_opened_a_little_later_has_a_higher_epoch(void **state)
{
    struct store_options options = {.desk = "d"};
    uint64_t last_epoch = 0;

    (void)state;
    for (int i = 0; i < 20; i++) {
        struct heard heard = {0};
        struct store_callbacks callbacks = {.context = &heard, .loaded = hear_loaded, .confirmed = hear_confirmed, .state_changed = hear_state};
        struct store *store = NULL;
        uint64_t next_ms = wall_clock_monotonic_ms() + 11;
        while (wall_clock_monotonic_ms() < next_ms)
            continue;
        assert_int_equal(store_open_memory(&options, &callbacks, &store), LW_OK);
        store_step(store, 1);
        assert_true(heard.epoch > last_epoch);
        last_epoch = heard.epoch;
        store_close(&store);
    }
}

static void memory_store_confirms_at_the_next_step_and_not_before(void **state)
{
    struct heard heard = {0};
    struct store_callbacks callbacks = {.context = &heard, .loaded = hear_loaded, .confirmed = hear_confirmed,
                                        .state_changed = hear_state};
    struct store_options options = {.desk = "d"};
    struct store *store = NULL;
    uint64_t ticket;

    (void)state;
    assert_int_equal(store_open_memory(&options, &callbacks, &store), LW_OK);
    store_step(store, 1);
    assert_true(heard.loads == 1 && heard.state == STORE_READY && heard.epoch >> 24 > 160000000000);
    assert_int_equal(store_append(store, "x", 1, 5, &ticket), LW_OK);
    assert_int_equal(store_append(store, "y", 1, 5, &ticket), LW_OK);
    assert_true(heard.confirmed == 0 && store_pending(store) == 2 && store_next_ms(store) == 0);
    store_step(store, 2);
    assert_true(heard.confirmed == ticket && store_pending(store) == 0 && store_pending_bytes(store) == 0);
    store_close(&store);
    assert_null(store);
}

/* Errors as Redis 7 and Valkey 8 word them. */
static void each_error_of_redis_is_counted_under_its_name(void **state)
{
    static const struct { const char *error; enum store_trouble_kind kind; } errors[] = {
        {"LOADING Redis is loading the dataset in memory", STORE_TROUBLE_LOADING},
        {"WRONGPASS invalid username-password pair or user is disabled.", STORE_TROUBLE_WRONG_PASSWORD},
        {"NOAUTH Authentication required.", STORE_TROUBLE_WRONG_PASSWORD},
        {"NOPERM User leadwire has no permissions to run the 'fcall' command", STORE_TROUBLE_NO_RIGHTS},
        {"ERR ACL failure in script: User leadwire has no permissions to run the 'hset' command script: ab, on @user_function:1.", STORE_TROUBLE_NO_RIGHTS},
        {"READONLY You can't write against a read only replica.", STORE_TROUBLE_READ_ONLY},
        {"OOM command not allowed when used memory > 'maxmemory'.", STORE_TROUBLE_MEMORY_FULL},
        {"MISCONF Errors writing to the AOF file: No space left on device", STORE_TROUBLE_DISK_FULL},
        {"NOREPLICAS Not enough good replicas to write.", STORE_TROUBLE_FEW_REPLICAS},
        {"WRONGTYPE Operation against a key holding the wrong kind of value", STORE_TROUBLE_FOREIGN_DATA},
        {"ERR Function not found", STORE_TROUBLE_FUNCTION_MISSING},
        {"ERR something that nobody has thought of", STORE_TROUBLE_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        assert_int_equal(store_trouble_of_error(errors[i].error), errors[i].kind);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch_gives_back_what_was_put),
        cmocka_unit_test(batch_cut_anywhere_is_damage_and_never_read_past),
        cmocka_unit_test(entry_head_of_a_newer_schema_is_told_apart_from_damage),
        cmocka_unit_test(what_a_claim_did_not_find_is_not_of_the_journal),
        cmocka_unit_test(entries_that_are_missing_are_a_gap),
        cmocka_unit_test(what_has_a_write_behind_it_is_sure),
        cmocka_unit_test(ring_keeps_what_is_unconfirmed_whatever_its_size_or_age),
        cmocka_unit_test(writes_of_a_slice_come_by_hash_and_command),
        cmocka_unit_test(keys_share_the_hash_tag_and_name_their_generation),
        cmocka_unit_test(stream_ids_of_64_bits_survive_their_text),
        cmocka_unit_test(memory_store_confirms_at_the_next_step_and_not_before),
        cmocka_unit_test(a_memory_store_opened_a_little_later_has_a_higher_epoch),
        cmocka_unit_test(each_error_of_redis_is_counted_under_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
