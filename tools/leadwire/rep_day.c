/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_day.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "rep_text.h"
#include "words.h"

enum { EVEN_HUNDREDTHS = 5, WHY_SIZE = 1024 };

static const char *why_words(const struct lw_day_why *why, char words[WHY_SIZE])
{
    char rule[WHY_SIZE];
    const char *text = why->excluded_by[0] != '\0' ? rep_text_find("why_", why->excluded_by) : rep_text_find("first_", why->decided_by);
    if (text == NULL && why->excluded_by[0] == '\0')
        text = rep_text("first_order");
    if (text != NULL)
        return text;
    snprintf(rule, sizeof rule, "%s%s%s", why->excluded_by, why->detail[0] != '\0' ? ": " : "", why->detail);
    return rep_text_fill(words, WHY_SIZE, "why_rule", "rule", rule, NULL);
}

static void say_whys(const struct lw_day_why *whys, uint32_t count, const char *text)
{
    char words[WHY_SIZE], number[REP_TEXT_NUMBER_SIZE], printable[WHY_SIZE];
    for (uint32_t i = 0; i < count && i < REP_DAY_SHOWN_MAX; i++) {
        printf("  ");
        rep_say(text, "count", rep_text_number(whys[i].count, number), "why",
                words_printable(why_words(&whys[i], words), printable, sizeof printable), NULL);
        printf("\n");
    }
}

static void say_share(const struct lw_day *day)
{
    char place[REP_TEXT_NUMBER_SIZE], of[REP_TEXT_NUMBER_SIZE], leads[REP_TEXT_NUMBER_SIZE];
    const uint64_t owed = (uint64_t)llabs((long long)day->owed_hundredths);
    rep_say(day->is_present ? "share_place" : "share_absent", "place", rep_text_number(day->place, place), "of", rep_text_number(day->of, of), NULL);
    snprintf(leads, sizeof leads, "%" PRIu64 "%s%" PRIu64, (owed + 5) / 100, rep_text("decimal"), (owed + 5) / 10 % 10);
    printf("; ");
    rep_say(owed < EVEN_HUNDREDTHS ? "share_even" : day->owed_hundredths > 0 ? "share_behind" : "share_ahead", "leads", leads, NULL);
    printf("\n");
}

void rep_day_say(const struct lw_day *day)
{
    char since[WORDS_SIZE], offered[REP_TEXT_NUMBER_SIZE], accepted[REP_TEXT_NUMBER_SIZE], completed[REP_TEXT_NUMBER_SIZE], declined[REP_TEXT_NUMBER_SIZE],
        missed[REP_TEXT_NUMBER_SIZE];
    if (day == NULL) {
        printf("%s\n", rep_text("day_untold"));
        return;
    }
    rep_say("day_numbers", "since", words_clock(day->since_unix_ms, since), "offered", rep_text_number(day->offered, offered), "accepted",
            rep_text_number(day->accepted, accepted), "completed", rep_text_number(day->completed, completed), "declined",
            rep_text_number(day->declined, declined), "missed", rep_text_number(day->missed, missed), NULL);
    printf("\n");
    if (day->is_shared)
        say_share(day);
    printf("%s:\n", rep_text("day_why"));
    if (day->other_count + day->waiting_count == 0)
        printf("  %s\n", rep_text("day_none"));
    say_whys(day->others, day->other_count, "day_other");
    say_whys(day->waiting, day->waiting_count, "day_waiting");
}

static json_t *whys_json(const struct lw_day_why *whys, uint32_t count)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:I}", "excluded_by", whys[i].excluded_by, "detail", whys[i].detail, "decided_by",
                                              whys[i].decided_by, "count", (json_int_t)whys[i].count));
    return list;
}

json_t *rep_day_json(const struct lw_day *day)
{
    json_t *today = json_pack("{s:I, s:I, s:I, s:I, s:I}", "offered", (json_int_t)day->offered, "accepted", (json_int_t)day->accepted, "completed",
                              (json_int_t)day->completed, "declined", (json_int_t)day->declined, "missed", (json_int_t)day->missed);
    json_t *share = !day->is_shared ? json_null()
                                    : json_pack("{s:I, s:b, s:I, s:I, s:I}", "share", (json_int_t)day->share, "present", day->is_present, "owed_hundredths",
                                                (json_int_t)day->owed_hundredths, "place", (json_int_t)day->place, "of", (json_int_t)day->of);
    return json_pack("{s:I, s:o, s:o, s:o, s:o}", "since_unix_ms", (json_int_t)day->since_unix_ms, "today", today, "share", share, "others",
                     whys_json(day->others, day->other_count), "waiting", whys_json(day->waiting, day->waiting_count));
}
