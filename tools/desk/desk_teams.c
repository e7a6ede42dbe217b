/* SPDX-License-Identifier: Apache-2.0
 *
 * The teams of desk.yaml, and when they work.
 *
 *   inside:
 *     label: Inside sales
 *     time_zone: Europe/Rome
 *     hours: {mon-fri: "09:00-13:00, 14:00-18:00", sat: "09:00-13:00"}
 *     holidays: [2026-12-25, 2026-12-26]
 */
#include <stdio.h>
#include <string.h>

#include "desk_hours.h"
#include "desk_reader.h"
#include "wall_clock.h"

static const char *const team_keys[] = {"label", "time_zone", "hours", "holidays", "caps", "daily_cap", "daily_share", "outsourced", "reserve",
                                        NULL};
static const char *const day_names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};
enum { DAYS = 7, INTERVALS_MAX = 2048, HOURS_TEXT_MAX = 127 };

/* DAYS if it is none. */
static size_t day_number(const char *name, size_t size)
{
    size_t day = 0;
    while (day < DAYS && (strlen(day_names[day]) != size || strncmp(day_names[day], name, size) != 0))
        day++;
    return day;
}

/* "mon" or "mon-fri". */
static bool parse_days(const char *text, size_t *first_out, size_t *last_out)
{
    const char *dash = strchr(text, '-');
    *first_out = day_number(text, dash != NULL ? (size_t)(dash - text) : strlen(text));
    *last_out = dash != NULL ? day_number(dash + 1, strlen(dash + 1)) : *first_out;
    return *first_out < DAYS && *last_out < DAYS && *first_out <= *last_out;
}

/* "09:00" at *text, which moves behind it. */
static bool parse_time(const char **text, uint16_t *minute_out)
{
    unsigned hour, minute;
    int size = 0;
    if (sscanf(*text, "%2u:%2u%n", &hour, &minute, &size) != 2 || size != 5 || hour > 24 || minute > 59 || (hour == 24 && minute > 0))
        return false;
    *minute_out = (uint16_t)(hour * 60 + minute);
    *text += size;
    return true;
}

/* "09:00-13:00, 14:00-18:00": in order, apart. */
static bool parse_spans(const char *text, struct desk_span *spans, size_t *count_out)
{
    for (*count_out = 0; *count_out < DESK_HOURS_OF_DAY_MAX;) {
        struct desk_span *span = &spans[*count_out];
        text += strspn(text, " ");
        if (!parse_time(&text, &span->from_min) || *text++ != '-' || !parse_time(&text, &span->to_min) || span->from_min >= span->to_min)
            return false;
        if (*count_out > 0 && span->from_min <= spans[*count_out - 1].to_min)
            return false;
        (*count_out)++;
        text += strspn(text, " ");
        if (*text == '\0')
            return true;
        if (*text++ != ',')
            return false;
    }
    return false;
}

static void read_week(struct desk_yaml *reader, const struct yaml_node *node, const char *what, struct desk_week *week)
{
    if (yaml_node_kind(node) != YAML_KIND_MAP || yaml_node_count(node) == 0) {
        yaml_doc_problem(reader->doc, node, "%s: hours must be a map of days, e.g. {mon-fri: \"09:00-18:00\"}", what);
        return;
    }
    for (size_t i = 0; i < yaml_node_count(node); i++) {
        const struct yaml_node *value = yaml_map_value_at(node, i);
        const char *days = yaml_map_key_at(node, i), *text = yaml_read_text(reader->doc, value, what, HOURS_TEXT_MAX, "");
        size_t first, last, count;
        struct desk_span spans[DESK_HOURS_OF_DAY_MAX];
        if (!parse_days(days, &first, &last)) {
            yaml_doc_problem(reader->doc, value, "%s: hours: '%.32s' must be a day or days in order, such as sat or mon-fri", what, days);
            continue;
        }
        if (!parse_spans(text, spans, &count)) {
            yaml_doc_problem(reader->doc, value,
                             "%s: hours of '%.32s' must be up to %d times in order, such as \"09:00-13:00, 14:00-18:00\", none over midnight, not '%.64s'",
                             what, days, DESK_HOURS_OF_DAY_MAX, text);
            continue;
        }
        for (size_t day = first; day <= last; day++) {
            if (week->counts[day] > 0)
                yaml_doc_problem(reader->doc, value, "%s: hours: '%s' is written twice; give its times in one line", what, day_names[day]);
            memcpy(week->days[day], spans, sizeof spans);
            week->counts[day] = count;
        }
    }
}

static void read_holidays(struct desk_yaml *reader, const struct yaml_node *node, const char *what, struct desk_week *week)
{
    if (node == NULL || yaml_node_is_null(node))
        return;
    const size_t count = yaml_node_count(node);
    if (yaml_node_kind(node) != YAML_KIND_LIST || count > DESK_HOLIDAYS_MAX) {
        yaml_doc_problem(reader->doc, node, "%s: holidays must be a list of at most %d dates, e.g. [2026-12-25]", what, DESK_HOLIDAYS_MAX);
        return;
    }
    struct desk_date *holidays = desk_alloc(reader, count, sizeof *holidays);
    for (size_t i = 0; holidays != NULL && i < count; i++) {
        const struct yaml_node *item = yaml_list_at(node, i);
        const char *text = yaml_read_text(reader->doc, item, what, 64, "");
        int year = 0, month = 0, day = 0, size = 0;
        const bool is_date = sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &size) == 3 && size == 10 && text[size] == '\0' &&
                             year >= 2000 && month > 0 && day > 0;
        holidays[i] = (struct desk_date){(int16_t)year, (uint8_t)month, (uint8_t)day};
        if (!is_date || !desk_date_exists(holidays[i]))
            yaml_doc_problem(reader->doc, item, "%s: holidays: '%.64s' must be a date such as 2026-12-25", what, text);
    }
    week->holidays = holidays;
    week->holiday_count = holidays != NULL ? count : 0;
}

static void compile(struct desk_yaml *reader, Leadwire__V1__TeamConfig *team, const struct yaml_node *node, const char *what,
                    const struct desk_week *week)
{
    size_t count = 0;
    const int64_t now_ms = wall_clock_unix_ms(), from_ms = now_ms - DESK_HOURS_PAST_DAYS * (int64_t)DAY_MS;   /* leads may have waited since */
    struct desk_interval *intervals = desk_alloc(reader, INTERVALS_MAX, sizeof *intervals);
    if (intervals == NULL || desk_hours_compile(week, from_ms, intervals, INTERVALS_MAX, &count) != LW_OK || count == 0 ||
        intervals[count - 1].close_ms <= now_ms) {
        yaml_doc_problem(reader->doc, node, "%s: hours give not one open day within %d days; check hours and holidays", what, DESK_HOURS_AHEAD_DAYS);
        return;
    }
    Leadwire__V1__Interval *hours = desk_alloc(reader, count, sizeof *hours);
    team->hours = desk_alloc(reader, count, sizeof *team->hours);
    for (size_t i = 0; hours != NULL && team->hours != NULL && i < count; i++) {
        leadwire__v1__interval__init(&hours[i]);
        hours[i].open_unix_ms = intervals[i].open_ms;
        hours[i].close_unix_ms = intervals[i].close_ms;
        team->hours[team->n_hours++] = &hours[i];
    }
}

static void read_hours(struct desk_yaml *reader, Leadwire__V1__TeamConfig *team, const struct yaml_node *node, const char *what)
{
    const struct yaml_node *hours = yaml_map_find(node, "hours"), *zone = yaml_map_find(node, "time_zone");
    const size_t before = yaml_doc_problem_count(reader->doc);
    char zone_of[DESK_NAME_SIZE_MAX + 32];
    snprintf(zone_of, sizeof zone_of, "%s: time_zone", what);
    struct desk_week week = {.time_zone = yaml_read_text(reader->doc, zone, zone_of, 64, "")};
    team->time_zone = desk_borrow(week.time_zone);
    if (hours == NULL && yaml_map_find(node, "holidays") != NULL)
        yaml_doc_problem(reader->doc, node, "%s: holidays without hours; give hours, e.g. {mon-fri: \"09:00-18:00\"}", what);
    if (zone != NULL && !desk_time_zone_exists(week.time_zone))
        yaml_doc_problem(reader->doc, zone, "%s: '%.64s' is not known; write a zone such as Europe/Rome", zone_of, week.time_zone);
    if (hours == NULL)
        return;
    if (zone == NULL)
        yaml_doc_problem(reader->doc, node, "%s: hours need a time_zone such as Europe/Rome", what);
    read_week(reader, hours, what, &week);
    read_holidays(reader, yaml_map_find(node, "holidays"), what, &week);
    if (yaml_doc_problem_count(reader->doc) == before)
        compile(reader, team, hours, what, &week);
}

static void fill_team(struct desk_yaml *reader, Leadwire__V1__TeamConfig *team, const char *name, const struct yaml_node *node)
{
    char what[DESK_NAME_SIZE_MAX + 16];
    snprintf(what, sizeof what, "team '%.127s'", name);
    leadwire__v1__team_config__init(team);
    team->name = desk_borrow(name);
    team->label = desk_borrow(name);
    if (!desk_check_name(reader, node, "team", name) || yaml_node_is_null(node))
        return;
    if (yaml_node_kind(node) == YAML_KIND_SCALAR) {
        team->label = desk_borrow(yaml_read_text(reader->doc, node, "team label", DESK_LABEL_SIZE_MAX, name));
        return;
    }
    if (yaml_node_kind(node) != YAML_KIND_MAP) {
        yaml_doc_problem(reader->doc, node, "%s must be a label or a map, e.g. {label: Inside sales}", what);
        return;
    }
    if (yaml_map_find(node, "overflow") != NULL)
        yaml_doc_problem(reader->doc, yaml_map_find(node, "overflow"),
                         "%s: teams do not overflow by themselves, so that none can run in a circle; a rule says it: relax: [{after: 60s, add_team: TEAM}]", what);
    else
        yaml_check_keys(reader->doc, node, what, team_keys);
    team->label = desk_borrow(yaml_read_text(reader->doc, yaml_map_find(node, "label"), "team label", DESK_LABEL_SIZE_MAX, name));
    char part[DESK_NAME_SIZE_MAX + 32];
    snprintf(part, sizeof part, "%s: outsourced", what);
    team->outsourced = yaml_read_bool(reader->doc, yaml_map_find(node, "outsourced"), part, false);
    read_hours(reader, team, node, what);
}

bool desk_team_is_outsourced(const Leadwire__V1__DeskConfig *config, const char *team)
{
    for (size_t i = 0; i < config->n_teams; i++) {
        if (strcmp(config->teams[i]->name, team) == 0)
            return config->teams[i]->outsourced;
    }
    return false;
}

void desk_read_teams(struct desk_yaml *reader)
{
    const struct yaml_node *map = desk_section(reader, "teams", YAML_KIND_MAP, DESK_TEAMS_MAX);
    const size_t count = map != NULL ? yaml_node_count(map) : 0;
    Leadwire__V1__TeamConfig *teams = desk_alloc(reader, count, sizeof *teams);
    reader->config.teams = desk_alloc(reader, count, sizeof *reader->config.teams);
    reader->team_names = desk_alloc(reader, count + 1, sizeof *reader->team_names);
    if (teams == NULL || reader->config.teams == NULL || reader->team_names == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        reader->team_names[i] = yaml_map_key_at(map, i);
        fill_team(reader, &teams[i], reader->team_names[i], yaml_map_value_at(map, i));
        reader->config.teams[i] = &teams[i];
    }
    reader->config.n_teams = count;
}
