/* SPDX-License-Identifier: Apache-2.0
 *
 * What the broker saw to when it connected, somebody may change while it serves. It does not change it back: that is for those
 * who did it. It says so, in the log once and in `leadwire status` as long as it holds.
 */
#include "redis_store.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lw_log.h"

enum { NEAR_PERCENT = 80, SLOW_ANSWERS = 2 };   /* one alone may have lain here while we did something else */

struct warnings {
    char texts[STORE_WARNINGS_MAX][STORE_WARNING_MAX];
    enum store_trouble_kind kinds[STORE_WARNINGS_MAX];
    size_t count;
};

static const char *level_in_force(const struct redis_store *s, const char *info);
static void look_at_replicas(const struct redis_store *s, unsigned online, struct warnings *found);
static void look_at_file(const struct redis_store *s, const char *info, struct warnings *found);
static void look_at_memory(const char *info, struct warnings *found);
static bool field_begins(const char *info, const char *field, const char *value);
static uint64_t field_number(const char *info, const char *field);
static void warn(struct warnings *found, enum store_trouble_kind kind, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void log_new(struct redis_store *s, const struct warnings *found);
static void keep(struct store *base, const struct warnings *found);

void store_warnings_read(struct redis_store *s, const char *info)
{
    struct warnings found = {.count = 0};

    look_at_file(s, info, &found);
    look_at_memory(info, &found);
    look_at_replicas(s, store_replicas_online(info), &found);
    if (s->slow_answers >= SLOW_ANSWERS)
        warn(&found, STORE_TROUBLE_SLOW, "Redis takes long to answer (%" PRIu64 " ms for a plain question), and all that waits for it is as late: look at its disk "
             "(appendfsync), its CPU, SLOWLOG, and who else uses it", s->answer_ms);
    log_new(s, &found);
    keep(&s->base, &found);
    s->base.in_force = level_in_force(s, info);
}

void store_warnings_few_replicas(struct redis_store *s, unsigned online)
{
    struct warnings found = {.count = 0};

    look_at_replicas(s, online, &found);
    keep(&s->base, &found);
}

/* As little as both halves of it are worth: a level is in force when all that it promises holds. */
static const char *level_in_force(const struct redis_store *s, const char *info)
{
    const char *fsync = s->fsync[0] ? s->fsync : store_fsync_asked(s);

    if (s->options.durability == STORE_MEMORY)
        return store_durability_name(STORE_MEMORY);
    if (field_begins(info, "aof_enabled", "0") || (strcmp(fsync, "always") != 0 && strcmp(fsync, "everysec") != 0))
        return "none";
    if (store_is_replicated(s) && store_replicas_online(info) >= s->options.replicas)
        return store_durability_name(STORE_REPLICATED);
    return store_durability_name(strcmp(fsync, "always") == 0 ? STORE_ALWAYS : STORE_EVERYSEC);
}

static void keep(struct store *base, const struct warnings *found)
{
    memcpy(base->warning_texts, found->texts, sizeof base->warning_texts);
    base->warning_count = found->count;
    for (size_t i = 0; i < found->count; i++)
        base->warnings[i] = base->warning_texts[i];
}

static void look_at_replicas(const struct redis_store *s, unsigned online, struct warnings *found)
{
    if (store_is_replicated(s) && online < s->options.replicas)
        warn(found, STORE_TROUBLE_FEW_REPLICAS, "Redis has %u replicas that are up to date, durability replicated asks for %u: start them, or see why they lag", online,
             s->options.replicas);
}

static void look_at_file(const struct redis_store *s, const char *info, struct warnings *found)
{
    if (s->options.durability == STORE_MEMORY)
        return;
    if (field_begins(info, "aof_enabled", "0"))
        warn(found, STORE_TROUBLE_TOO_WEAK, "the append-only file of Redis is off: set appendonly yes, or what is acknowledged is lost with Redis");
    else if (s->fsync[0] && !store_syncs_enough(s, s->fsync))
        warn(found, STORE_TROUBLE_TOO_WEAK, "Redis syncs its file too late for durability %s (appendfsync %s): set appendfsync %s, or a power cut may lose what is "
             "acknowledged", store_durability_name(s->options.durability), s->fsync, store_fsync_asked(s));
    if (field_begins(info, "aof_last_write_status", "err"))
        warn(found, STORE_TROUBLE_AOF_ERROR, "Redis cannot write its append-only file: make room on its disk");
    if (field_begins(info, "aof_last_bgrewrite_status", "err"))
        warn(found, STORE_TROUBLE_AOF_ERROR, "Redis cannot rewrite its append-only file, which grows: see its log, and make room on its disk");
}

static void look_at_memory(const char *info, struct warnings *found)
{
    uint64_t max = field_number(info, "maxmemory"), used = field_number(info, "used_memory");

    if (field_begins(info, "maxmemory_policy", "allkeys"))
        warn(found, STORE_TROUBLE_TOO_WEAK, "the maxmemory-policy of Redis lets it throw leads away: set maxmemory-policy noeviction");
    if (max > 0 && used >= max / 100 * NEAR_PERCENT)
        warn(found, STORE_TROUBLE_MEMORY_NEAR_FULL, "Redis uses %" PRIu64 " %% of maxmemory: raise it, or find out why leads are not completed", used / (max / 100 + 1));
}

/* A line is "field:value". */
static const char *field_value(const char *info, const char *field)
{
    size_t size = strlen(field);

    for (const char *at = info; (at = strstr(at, field)); at += size)
        if (at > info && at[-1] == '\n' && at[size] == ':')
            return at + size + 1;
    return "";
}

static bool field_begins(const char *info, const char *field, const char *value)
{
    return strncmp(field_value(info, field), value, strlen(value)) == 0;
}

static uint64_t field_number(const char *info, const char *field)
{
    return strtoull(field_value(info, field), NULL, 10);
}

static void warn(struct warnings *found, enum store_trouble_kind kind, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    found->kinds[found->count] = kind;
    vsnprintf(found->texts[found->count++], STORE_WARNING_MAX, format, args);
    va_end(args);
}

/* Told apart by their first words: numbers in them change all the time. */
static void log_new(struct redis_store *s, const struct warnings *found)
{
    enum { FIRST_WORDS = 16 };

    for (size_t i = 0; i < found->count; i++) {
        bool is_known = false;
        for (size_t j = 0; j < s->base.warning_count; j++)
            is_known = is_known || strncmp(found->texts[i], s->base.warnings[j], FIRST_WORDS) == 0;
        if (is_known)
            continue;
        store_count_trouble(s, found->kinds[i]);
        log_warning("%s desk=%s", found->texts[i], s->options.desk);
    }
}
