/* SPDX-License-Identifier: Apache-2.0 */
#include "status_bounds.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "words.h"

/* What being at a bound means, where that is not "who comes next is told busy". */
static const struct { const char *name, *at; } meanings[] = {
    {"outbox_bytes", "publishers are told busy, and others wait unread until some of it is told"},
    {"seen_bytes", "the oldest ids are forgotten before their time; publishers are told busy where they would be young"},
    {"seen_ids", "the oldest are forgotten before their time; publishers are told busy where they would be young"},
    {"parked_bytes", "reps are told busy too"},
    {"connections_per_key", "who comes next with that key is cut, and tries again"},
    {"connections", "who comes next is cut, and tries again"},
};

/* What has happened at a bound since the broker began and deserves a look, after its count. */
static const struct { const char *name, *what; } events[] = {
    {"seen_ids", "were forgotten before their time since the broker began: a source that repeats one makes a second lead"},
    {"seen_bytes", "leads were told busy since the broker began, so that no young id was forgotten: --seen-max is small for what comes"},
};

static bool is_near(const Leadwire__V1__Bound *bound)
{
    return bound->is_shut || (bound->max > 0 && bound->used >= bound->max - bound->max / 5);
}

static const char *meaning_of(const Leadwire__V1__Bound *bound)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (strcmp(bound->name, meanings[i].name) == 0)
            return meanings[i].at;
    return "who comes next is told busy";
}

static bool counts_bytes(const char *name)
{
    const char *last = strrchr(name, '_');
    return last && strcmp(last, "_bytes") == 0;
}

static void print_one(const Leadwire__V1__Bound *bound)
{
    char used[WORDS_SIZE], max[WORDS_SIZE];
    if (counts_bytes(bound->name)) {
        words_size(bound->used, used);
        words_size(bound->max, max);
    } else {
        snprintf(used, sizeof used, "%" PRIu64, bound->used);
        snprintf(max, sizeof max, "%" PRIu64, bound->max);
    }
    printf("warning:     %s: %s of %s used; %s %s\n", bound->name, used, max, bound->is_shut ? "now" : "at the bound", meaning_of(bound));
}

static void print_event(const Leadwire__V1__Bound *bound)
{
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (strcmp(bound->name, events[i].name) == 0 && bound->refused_total > 0)
            printf("warning:     %s: %" PRIu64 " %s\n", bound->name, bound->refused_total, events[i].what);
}

void status_bounds_print(const Leadwire__V1__StatusReply *status)
{
    for (size_t i = 0; i < status->n_bounds; i++)
        if (is_near(status->bounds[i]))
            print_one(status->bounds[i]);
    for (size_t i = 0; i < status->n_bounds; i++)
        print_event(status->bounds[i]);
}

void status_bounds_put(struct json_out *out, const Leadwire__V1__StatusReply *status)
{
    json_put_unsigned(out, "busy_total", status->busy_total);
    json_put_unsigned(out, "handshakes_failed_total", status->handshakes_failed_total);
    json_put_unsigned(out, "silent_cut_total", status->silent_cut_total);
    json_begin_list(out, "bounds");
    for (size_t i = 0; i < status->n_bounds; i++) {
        const Leadwire__V1__Bound *bound = status->bounds[i];
        json_begin_object(out, NULL);
        json_put_text(out, "name", bound->name);
        json_put_unsigned(out, "used", bound->used);
        json_put_unsigned(out, "max", bound->max);
        json_put_unsigned(out, "refused_total", bound->refused_total);
        json_put_bool(out, "shut", bound->is_shut);
        json_end_object(out);
    }
    json_end_list(out);
}
