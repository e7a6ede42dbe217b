/* SPDX-License-Identifier: Apache-2.0 */
#include "worker_reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 512, NEARLY_FULL_PERCENT = 80, PERCENT = 100 };

/* How contacts end that are no trouble: taken, or sorted out as the worker is told to. */
static bool is_fine(const char *outcome)
{
    static const char *const fine[] = {"accepted", "duplicate", "held", "abandoned", "nobody", "redirected", "robot", "lead", "delivery_report", "auto_reply",
                                       "bulk", "list", "own_address", "empty", "spam", "no_sender"};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        if (strcmp(fine[i], outcome) == 0)
            return true;
    return false;
}

static void add_error(struct worker_reading *reading, const char *reason, uint64_t count)
{
    if (count == 0 || is_fine(reason))
        return;
    reading->errors_total += count;
    if (reading->error_count == READING_ERRORS_MAX)
        return;
    snprintf(reading->errors[reading->error_count].reason, sizeof reading->errors[0].reason, "%s", reason);
    reading->errors[reading->error_count++].count = count;
}

/* `NAME VALUE` or `NAME{LABEL="TEXT"} VALUE`. label: its text, "" if there is none. */
static bool split_line(char *line, char **name, char **label, double *value)
{
    char *end, *space = strrchr(line, ' '), *brace = strchr(line, '{');
    if (!space || line[0] == '#')
        return false;
    *space = '\0';
    *value = strtod(space + 1, &end);
    *name = line;
    *label = space;
    if (brace) {
        char *first = strchr(brace, '"'), *last = strrchr(brace, '"');
        *brace = '\0';
        if (first && last > first) {
            *last = '\0';
            *label = first + 1;
        }
    }
    return *end == '\0' && end != space + 1 && *value >= 0;
}

static void note(struct worker_reading *reading, const char *name, const char *label, double value)
{
    const struct { const char *name; uint64_t *count; } counts[] = {
        {"leadwire_spool_contacts", &reading->held}, {"leadwire_mails_waiting", &reading->held}, {"leadwire_webhooks_waiting", &reading->held},
        {"leadwire_spool_aside_contacts", &reading->aside}, {"leadwire_webhooks_dead", &reading->aside},
        {"leadwire_spool_bytes", &reading->spool_bytes}, {"leadwire_spool_max_bytes", &reading->spool_max_bytes}};
    uint64_t number = value < (double)INT64_MAX ? (uint64_t)value : INT64_MAX;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (strcmp(name, counts[i].name) == 0)
            *counts[i].count += number;
    if (strcmp(name, "leadwire_requests_total") == 0 || strcmp(name, "leadwire_mails_total") == 0) {
        reading->came_total += number;
        add_error(reading, label, number);
    } else if (strcmp(name, "leadwire_webhooks_failures_total") == 0)
        add_error(reading, "not_delivered", number);
    else if (strcmp(name, "leadwire_spool_oldest_seconds") == 0)
        reading->oldest_ms = value < (double)(INT64_MAX / 1000) ? (int64_t)(value * 1000) : INT64_MAX;
    else if (strcmp(name, "leadwire_broker_connected") == 0)
        reading->broker_away = number == 0;
}

bool worker_reading_parse(const char *text, size_t size, struct worker_reading *out)
{
    char line[LINE_MAX_BYTES], *name, *label;
    double value;
    bool is_ours = false;
    *out = (struct worker_reading){0};
    for (size_t at = 0; at < size;) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t length = end ? (size_t)(end - text) - at : size - at;
        if (length < sizeof line) {
            memcpy(line, text + at, length);
            line[length] = '\0';
            if (split_line(line, &name, &label, &value)) {
                is_ours |= strncmp(name, "leadwire_", 9) == 0;
                note(out, name, label, value);
            }
        }
        at += length + 1;
    }
    return is_ours;
}

const char *worker_reading_alarm(const struct worker_reading *reading)
{
    bool has_spool = reading->spool_max_bytes > 0;
    if (has_spool && reading->spool_bytes >= reading->spool_max_bytes / PERCENT * NEARLY_FULL_PERCENT)
        return "nearly_full";
    if (reading->aside > 0)
        return "aside";
    return reading->held > 0 && (has_spool || reading->broker_away) ? "waiting" : "";
}
