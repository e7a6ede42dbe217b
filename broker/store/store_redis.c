/* SPDX-License-Identifier: Apache-2.0 */
#include "redis_store.h"

#include <assert.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "secret_file.h"
#include "wall_clock.h"

enum { BACKOFF_FIRST_MS = 50, BACKOFF_MAX_MS = 1000, PASSWORD_MAX = 4096, TEXTS_MAX = 5 + 2 * STORE_ADDRESSES_MAX };

static bool address_is_given(const struct store_options *options);
static size_t option_texts(struct store_options *options, const char **texts[TEXTS_MAX]);
static bool copy_options(struct redis_store *s, const struct store_options *options);
static bool copy_text(const char **text);
static void ignore_broken_pipes(void);
static void connection_open(struct redis_store *s);
static void connection_watch(struct redis_store *s);
static void connection_lost(struct redis_store *s);
static void phase_step(struct redis_store *s);
static void release_answered(void *context, uint64_t tag, const redisReply *reply);

static void redis_close(struct store *base)
{
    struct redis_store *s = (struct redis_store *)base;

    s->phase = PHASE_OVER;
    redis_link_close(&s->link);
    store_checkpoint_fini(s);
    store_load_fini(s);
    batch_ring_fini(&s->ring);
    byte_buffer_fini(&s->open);
    redis_args_fini(&s->args);
    secret_free(&s->password);
    const char **texts[TEXTS_MAX];
    size_t count = option_texts(&s->options, texts);
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)*texts[i]);
    free(s);
}

static void redis_step(struct store *base, uint64_t monotonic_ms)
{
    struct redis_store *s = (struct redis_store *)base;

    s->now_ms = monotonic_ms;
    redis_link_turn(&s->link, monotonic_ms);
    connection_watch(s);
    phase_step(s);
    redis_link_flush(&s->link);
    store_confirm(s);
    if (s->phase == PHASE_OVER)
        redis_link_close(&s->link);
}

static int redis_fd(const struct store *base)
{
    return redis_link_fd(&((const struct redis_store *)base)->link);
}

static short redis_events(const struct store *base)
{
    return redis_link_events(&((const struct redis_store *)base)->link);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t redis_next_ms(const struct store *base)
{
    const struct redis_store *s = (const struct redis_store *)base;
    uint64_t next = UINT64_MAX;

    if (s->phase == PHASE_OVER)
        return next;
    if (s->drop)
        return 0;
    if (s->phase == PHASE_DOWN)
        return s->reconnect_at_ms;
    if (s->link.waiting > 0)
        next = s->link.waiting_since_ms + s->options.away_after_ms;
    if (s->phase == PHASE_GREET)
        next = earlier(next, s->settle_at_ms);
    if (s->phase == PHASE_CLAIM)
        next = earlier(next, s->claim.poll_at_ms);
    if (s->phase == PHASE_LOAD || s->phase == PHASE_SERVE) {
        if (!s->renew_unanswered)
            next = earlier(next, s->renew_at_ms);
        if (!s->health_unanswered)
            next = earlier(next, s->health_at_ms);
    }
    if (s->phase == PHASE_SERVE) {
        if (s->resync || (s->groups_unanswered < IN_FLIGHT_GROUPS && (s->open.size > 0 || s->next_send < s->ring.next_sequence)))
            return 0;
        bool may_send = store_checkpoint_may_send(s);      /* else the answer that it waits for wakes us */
        if (may_send && s->checkpoint.active)
            return 0;
        if (may_send && !s->checkpoint.active && s->checkpoint.journal_bytes > 0)
            next = earlier(next, s->checkpoint.last_ms + s->options.checkpoint_ms);
    }
    return next;
}

static bool redis_is_outrun(const struct store *base)
{
    return store_checkpoint_is_outrun((const struct redis_store *)base);
}

static void redis_totals(const struct store *base, struct store_totals *out)
{
    const struct redis_store *s = (const struct redis_store *)base;

    out->checkpoint_age_ms = s->now_ms - s->checkpoint.last_ms;
}

/* Also a claim that is still on its way there, before which nothing of ours is answered. What is being written anew is not given away half. */
static bool may_release(const struct redis_store *s)
{
    bool is_connected = s->phase == PHASE_HEAD || s->phase == PHASE_CLAIM || s->phase == PHASE_LOAD || s->phase == PHASE_SERVE;

    return is_connected && !s->drop && !s->rebuilding && s->nonce[0] != '\0';
}

static void redis_release(struct store *base, int timeout_ms)
{
    struct redis_store *s = (struct redis_store *)base;
    uint64_t end_ms = wall_clock_monotonic_ms() + (uint64_t)(timeout_ms > 0 ? timeout_ms : 0);

    if (!may_release(s))
        return;
    store_call(s, "lw_release", 1);
    redis_args_text(&s->args, s->key_head);
    redis_args_text(&s->args, s->nonce);
    s->release_unanswered = true;
    store_send(s, release_answered, 0);
    s->phase = PHASE_OVER;      /* nothing of ours may follow */
    for (uint64_t now_ms; s->release_unanswered && (now_ms = wall_clock_monotonic_ms()) < end_ms;) {
        struct pollfd poll_fd = {.fd = redis_fd(base), .events = redis_events(base)};
        poll(&poll_fd, 1, (int)(end_ms - now_ms));
        redis_link_turn(&s->link, now_ms);
    }
}

static void release_answered(void *context, uint64_t tag, const redisReply *reply)
{
    (void)tag;
    (void)reply;
    ((struct redis_store *)context)->release_unanswered = false;
}

static const struct store_class redis_class = {
    .close = redis_close, .append = store_redis_append, .step = redis_step, .fd = redis_fd, .events = redis_events,
    .next_ms = redis_next_ms, .is_outrun = redis_is_outrun, .totals = redis_totals, .release = redis_release,
};

lw_status store_open_redis(const struct store_options *options, const struct store_callbacks *callbacks, struct store **out)
{
    bool has_owner = options->owner && options->owner[0] != '\0' && strlen(options->owner) < OWNER_MAX;

    if (!store_desk_is_valid(options->desk) || !has_owner || !address_is_given(options) || options->replicas > STORE_REPLICAS_MAX)
        return LW_INVALID;
    struct redis_store *s = calloc(1, sizeof *s);
    if (!s)
        return LW_NO_MEMORY;
    store_init(&s->base, &redis_class, callbacks);
    redis_link_init(&s->link, s);
    redis_args_init(&s->args);
    byte_buffer_init(&s->open, STORE_BATCH_MAX);
    store_checkpoint_init(s);
    s->backoff_ms = BACKOFF_FIRST_MS;
    lw_status status = copy_options(s, options) ? LW_OK : LW_NO_MEMORY;
    s->base.in_force = store_durability_name(options->durability);
    if (status == LW_OK && options->redis_password_file)
        status = secret_read(options->redis_password_file, PASSWORD_MAX, &s->password);
    if (status != LW_OK) {
        redis_close(&s->base);
        return status;
    }
    store_key(s->key_head, s->options.desk, "head");
    store_key(s->key_journal, s->options.desk, "journal");
    store_key(s->key_checkpoint, s->options.desk, "checkpoint");
    ignore_broken_pipes();
    *out = &s->base;
    return LW_OK;
}

static bool address_is_given(const struct store_options *options)
{
    for (uint32_t i = 0; i < options->redis_count && i < STORE_ADDRESSES_MAX; i++)
        if (!options->redis[i].socket && !(options->redis[i].host && options->redis[i].port != 0))
            return false;
    return options->redis_count >= 1 && options->redis_count <= STORE_ADDRESSES_MAX;
}

void store_call(struct redis_store *s, const char *function, unsigned keys)
{
    redis_args_clear(&s->args);
    redis_args_text(&s->args, "FCALL");
    redis_args_text(&s->args, function);
    redis_args_number(&s->args, keys);
}

void store_send(struct redis_store *s, redis_answer_fn *answer, uint64_t tag)
{
    if (!redis_link_send(&s->link, &s->args, answer, tag))
        store_trouble(s, false, "no command could be sent to Redis");
}

bool store_is_trouble(struct redis_store *s, const redisReply *reply)
{
    if (!reply)
        return true;
    if (reply->type != REDIS_REPLY_ERROR)
        return false;
    const char *text = reply->str;
    const enum store_trouble_kind kind = store_trouble_of_error(text);
    store_count_trouble(s, kind);
    if (kind == STORE_TROUBLE_DISK_FULL)
        store_trouble(s, false, "Redis takes no writes: it could not write to its disk (see its log; is the disk full?)");
    else if (kind == STORE_TROUBLE_MEMORY_FULL)
        store_trouble(s, false, "Redis is out of memory: raise maxmemory");
    else if (kind == STORE_TROUBLE_LOADING)
        store_trouble(s, false, "Redis is still loading its data");
    else if (kind == STORE_TROUBLE_READ_ONLY)
        store_trouble(s, false, "this Redis is a read-only replica");
    else if (kind == STORE_TROUBLE_WRONG_PASSWORD)
        store_trouble(s, true, "Redis does not accept our password: check the password file and `requirepass` or the ACL user");
    else if (kind == STORE_TROUBLE_NO_RIGHTS)
        store_trouble(s, true, "Redis does not allow us something (%.120s): give our ACL user the rights of deploy/redis/leadwire.acl", text);
    else if (kind == STORE_TROUBLE_FOREIGN_DATA)
        store_trouble(s, true, "another program wrote to a key of this desk (%s or its like): give Leadwire a Redis of its own, or remove that key",
                      s->key_head);
    else if (kind == STORE_TROUBLE_EMPTIED)
        store_trouble(s, true, "Redis has lost part of this desk (its head key is gone): restore a backup of Redis, "
                      "or delete the desk's keys to begin anew");
    else
        store_trouble(s, false, "Redis says: %.200s", text);
    return true;
}

/* Of answers that were under way together the first is the one that tells. */
void store_count_trouble(struct redis_store *s, enum store_trouble_kind kind)
{
    if (!s->drop && s->phase != PHASE_OVER)
        s->base.troubles[kind]++;
}

void store_trouble(struct redis_store *s, bool final, const char *format, ...)
{
    va_list args;

    if (s->drop || s->phase == PHASE_OVER)
        return;                   /* the first reason is the one that tells */
    s->drop = true;
    va_start(args, format);
    vsnprintf(s->trouble, sizeof s->trouble, format, args);
    va_end(args);
    if (final && !s->base.loaded)
        store_fail(s, "%s", s->trouble);
}

void store_fail(struct redis_store *s, const char *format, ...)
{
    char reason[STORE_REASON_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    s->phase = PHASE_OVER;
    store_move(&s->base, STORE_FAILED, "%s", reason);
}

void store_fence(struct redis_store *s)
{
    s->phase = PHASE_OVER;
    if (strcmp(s->head.owner, STORE_OWNER_IMPORT) == 0)
        store_move(&s->base, STORE_FENCED, "a desk was imported in the place of this one");
    else if (s->head.owner[0] != '\0')
        store_move(&s->base, STORE_FENCED, "another broker has taken over this desk: %s", s->head.owner);
    else
        store_move(&s->base, STORE_FENCED, "this desk is no longer ours");
}

bool store_reply_is(const redisReply *reply, const char *text)
{
    size_t size = strlen(text);

    return reply->type == REDIS_REPLY_STRING && (size_t)reply->len == size && memcmp(reply->str, text, size) == 0;
}

bool store_reply_text(const redisReply *reply, char *out, size_t capacity)
{
    out[0] = '\0';
    if (reply->type == REDIS_REPLY_NIL)
        return true;
    if (reply->type != REDIS_REPLY_STRING || (size_t)reply->len >= capacity || memchr(reply->str, 0, (size_t)reply->len))
        return false;
    memcpy(out, reply->str, (size_t)reply->len);
    out[reply->len] = '\0';
    return true;
}

/* Where each text of the options stands. */
static size_t option_texts(struct store_options *options, const char **texts[TEXTS_MAX])
{
    const char **const own[] = {&options->desk, &options->owner, &options->endpoint, &options->redis_password_file, &options->redis_user};
    size_t count = sizeof own / sizeof own[0];

    memcpy(texts, own, sizeof own);
    for (uint32_t i = 0; i < options->redis_count; i++) {
        texts[count++] = &options->redis[i].socket;
        texts[count++] = &options->redis[i].host;
    }
    return count;
}

static bool copy_options(struct redis_store *s, const struct store_options *options)
{
    static const struct { uint32_t value; } defaults[] = {{10000}, {32u << 20}, {60000}, {64u << 20}, {60000}, {2000}, {1}, {8192}};

    s->options = *options;
    uint32_t *numbers[] = {&s->options.lease_ms, &s->options.checkpoint_bytes, &s->options.checkpoint_ms,
                           &s->options.ring_bytes, &s->options.ring_ms, &s->options.away_after_ms,
                           &s->options.replicas, &s->options.transaction_bytes};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (*numbers[i] == 0)
            *numbers[i] = defaults[i].value;
    }
    /* Every text, even after one failed: close frees them all. */
    const char **texts[TEXTS_MAX];
    size_t count = option_texts(&s->options, texts);
    bool copied = true;
    for (size_t i = 0; i < count; i++)
        copied = copy_text(texts[i]) && copied;
    return copied;
}

static bool copy_text(const char **text)
{
    if (!*text)
        return true;
    *text = strdup(*text);
    return *text != NULL;
}

/* hiredis 0.14 writes with write(): a Redis that went away must not end the process. A handler that is there stays. */
static void ignore_broken_pipes(void)
{
    struct sigaction now;

    if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
        signal(SIGPIPE, SIG_IGN);
}

static void phase_step(struct redis_store *s)
{
    switch (s->phase) {
    case PHASE_DOWN:
        if (s->now_ms >= s->reconnect_at_ms)
            connection_open(s);
        break;
    case PHASE_GREET:
        store_greet_step(s);
        break;
    case PHASE_CLAIM:
        store_claim_step(s);
        break;
    case PHASE_LOAD:
        store_health_step(s);
        break;
    case PHASE_SERVE:
        store_health_step(s);
        if (s->resync) {
            s->resync = false;
            store_head_read(s);
            break;
        }
        store_send_group(s);
        store_checkpoint_step(s);
        break;
    case PHASE_HEAD:
    case PHASE_OVER:
        break;
    }
}

static void connection_open(struct redis_store *s)
{
    const struct store_address *address = &s->options.redis[s->address];

    s->drop = false;
    if (!redis_link_open(&s->link, address->socket, address->host, address->port, s->now_ms)) {
        s->phase = PHASE_GREET;        /* connection_watch finds it closed */
        return;
    }
    store_greet_begin(s);
}

static void connection_watch(struct redis_store *s)
{
    if (s->phase == PHASE_DOWN || s->phase == PHASE_OVER)
        return;
    if (!s->drop && !redis_link_is_open(&s->link)) {
        const char *error = redis_link_error(&s->link);
        store_count_trouble(s, STORE_TROUBLE_UNREACHABLE);
        snprintf(s->trouble, sizeof s->trouble, "Redis cannot be reached: %s", error[0] ? error : "it closed the connection");
    } else if (!s->drop && redis_link_silent_ms(&s->link, s->now_ms) >= s->options.away_after_ms) {
        store_count_trouble(s, STORE_TROUBLE_SILENT);
        snprintf(s->trouble, sizeof s->trouble, "Redis does not answer");
    } else if (!s->drop) {
        return;
    }
    connection_lost(s);
}

/* What was sent may or may not have happened; the head tells when we are back. */
static void connection_lost(struct redis_store *s)
{
    s->phase = PHASE_OVER;             /* answers that now come with NULL start nothing */
    redis_link_close(&s->link);
    s->phase = PHASE_DOWN;
    s->drop = false;
    s->groups_unanswered = 0;
    s->checkpoint.sent = false;
    s->renew_unanswered = s->health_unanswered = false;
    s->resync = s->proved = false;
    store_replicas_forget(s);
    s->fsync[0] = '\0';
    s->base.in_force = store_durability_name(s->options.durability);     /* the greeting sees to it */
    s->address = (s->address + 1) % s->options.redis_count;
    s->claim.watched = (struct desk_head){0};      /* a lease is watched over one connection */
    s->reconnect_at_ms = s->now_ms + s->backoff_ms;
    s->backoff_ms = s->backoff_ms * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : s->backoff_ms * 2;
    store_move(&s->base, s->base.loaded ? STORE_AWAY : s->base.state, "%s", s->trouble);
}
