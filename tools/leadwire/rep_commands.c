/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rep_day.h"
#include "rep_text.h"
#include "wall_clock.h"
#include "words.h"

static const char *rest_of(const char *text)
{
    while (*text == ' ')
        text++;
    return text;
}

/* "N" or a lead's id; 0: neither stands there. */
static unsigned read_number(const struct rep_desk *desk, char *text, char **end)
{
    const char *word = rest_of(text);
    const size_t size = strcspn(word, " ");
    for (size_t i = 0; i < desk->item_count; i++) {
        if (strlen(desk->items[i].lead_id) == size && strncmp(desk->items[i].lead_id, word, size) == 0) {
            *end = text + (word - text) + size;
            return desk->items[i].number;
        }
    }
    return (unsigned)strtoul(text, end, 10);
}

/* The item of that number, or the only one in that state if number is 0. */
static struct rep_item *pick(struct rep_desk *desk, unsigned number, enum item_state state)
{
    struct rep_item *found = NULL;
    for (size_t i = 0; i < desk->item_count; i++) {
        struct rep_item *item = &desk->items[i];
        if (item->state != state || (number != 0 && item->number != number))
            continue;
        if (found != NULL)
            return NULL;
        found = item;
    }
    return found;
}

/* ", first call or mail within 4 min 10 s" */
static void say_first_touch(const struct rep_item *item)
{
    char text[WORDS_SIZE];
    const int64_t left_ms = item->touch_by_unix_ms - wall_clock_unix_ms();
    if (item->touch_by_unix_ms != 0)
        rep_say(left_ms > 0 ? "touch_within" : "touch_late", "time", words_duration((uint64_t)(left_ms > 0 ? left_ms : -left_ms), text), NULL);
}

static void say_item(const char *name, const struct rep_item *item, uint64_t ms)
{
    char number[REP_TEXT_NUMBER_SIZE], seconds[REP_TEXT_NUMBER_SIZE];
    rep_say(name, "number", rep_text_number(item->number, number), "seconds", rep_text_number((ms + 999) / 1000, seconds), "lead", item->lead_id, NULL);
}

static void say_line(const char *name)
{
    printf("%s\n", rep_text(name));
}

static void list(const struct rep_desk *desk, struct rep_undo *undo)
{
    static const char *const states[] = {"offered", "accepting", "declining", "held", "ending", "completing", "gone"};
    char number[REP_TEXT_NUMBER_SIZE];
    if (desk->item_count == 0)
        say_line("have_nothing");
    for (size_t i = 0; i < desk->item_count; i++) {
        const struct rep_item *item = &desk->items[i];
        rep_say("row", "number", rep_text_number(item->number, number), "lead", item->lead_id, "state", rep_text_find("item_", states[item->state]), NULL);
        if (item->state == ITEM_ENDING)
            say_item("row_ends", item, rep_undo_left_ms(undo, item, wall_clock_monotonic_ms()));
        else if (item->state == ITEM_HELD)
            say_first_touch(item);
        printf("\n");
    }
}

/* "[after] [REASON]" */
static lw_status take_break(struct rep_desk *desk, const char *words)
{
    static const char after[] = "after";
    const size_t size = sizeof after - 1;
    const bool waits = strncmp(words, after, size) == 0 && (words[size] == ' ' || words[size] == '\0');
    if (waits)
        words = rest_of(words + size);
    desk->break_after_lead = waits && rep_desk_held_count(desk) > 0;
    if (!desk->break_after_lead)
        return rep_desk_set_state(desk, LW_REP_BREAK, words);
    snprintf(desk->break_reason, sizeof desk->break_reason, "%s", words);
    say_line("break_comes");
    return LW_OK;
}

/* Lines of a note are kept until the lead is completed or handed on; "-" takes them away. */
static void note(struct rep_item *item, const char *text)
{
    if (strcmp(text, "-") == 0) {
        item->note[0] = '\0';
        say_item("note_gone", item, 0);
        printf("\n");
        return;
    }
    const size_t size = strlen(item->note);
    const int more = snprintf(item->note + size, sizeof item->note - size, "%s%s", size > 0 ? "\n" : "", text);
    if (more >= (int)(sizeof item->note - size)) {
        item->note[size] = '\0';
        say_item("note_full", item, 0);
    } else {
        say_item("noted", item, 0);
    }
    printf("\n");
}

/* Ends a lead after words of rep_words.h, at once or when it can no longer be undone. */
static lw_status end(struct rep_desk *desk, struct rep_undo *undo, struct rep_item *item, bool is_transfer, const char *words)
{
    lw_status status;
    const char *why = rep_undo_end(undo, desk, item, is_transfer, words, wall_clock_monotonic_ms(), &status);
    if (why != NULL)
        printf("%s", why);
    else if (item->state == ITEM_ENDING)
        say_item(is_transfer ? "will_transfer" : "will_complete", item, undo->wait_ms);
    if (why != NULL || item->state == ITEM_ENDING)
        printf("\n");
    return status;
}

static void take_back(struct rep_desk *desk, struct rep_undo *undo, unsigned number)
{
    const struct rep_item *which = pick(desk, number, ITEM_ENDING);
    const struct rep_item *item = number == 0 || which != NULL ? rep_undo_back(undo, desk, number == 0 ? NULL : which) : NULL;
    if (item == NULL)
        printf("%s", rep_text("nothing_to_undo"));
    else
        say_item("undone", item, 0);
    printf("\n");
}

void rep_commands_summary(const struct rep_desk *desk)
{
    const unsigned long counts[] = {desk->offers, desk->accepted, desk->declined, desk->completed, desk->refused, desk->withdrawn};
    char texts[sizeof counts / sizeof counts[0]][REP_TEXT_NUMBER_SIZE];
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        rep_text_number(counts[i], texts[i]);
    rep_say("summary", "name", desk->name, "offers", texts[0], "accepted", texts[1], "declined", texts[2], "completed", texts[3], "refused", texts[4],
            "withdrawn", texts[5], NULL);
    printf("\n");
}

/* What came since the log-on, and, once the broker answers, the day. */
static lw_status tell_day(struct rep_desk *desk)
{
    rep_commands_summary(desk);
    const lw_status status = rep_desk_ask_day(desk);
    if (status == LW_UNSUPPORTED)
        rep_day_say(NULL);
    return status == LW_UNSUPPORTED ? LW_OK : status;
}

void rep_commands_not_now(lw_status status)
{
    rep_say("not_now", "why", lw_status_text(status), NULL);
    printf("\n");
}

/* One command line. False: quit. */
bool rep_commands_obey(struct rep_desk *desk, struct rep_undo *undo, char *line)
{
    const char verb = line[0];
    char *rest = line + strcspn(line, " ");
    char *after = rest;
    const unsigned number = read_number(desk, rest, &after);
    const char *words = rest_of(after);
    lw_status status = LW_OK;
    struct rep_item *item = NULL;
    switch (verb) {
    case '\0': return true;
    case 'q': return false;
    case 'l': list(desk, undo); return true;
    case 's': status = tell_day(desk); break;
    case 'p': status = *rest_of(rest) != '\0' ? rep_desk_pull(desk, rest_of(rest)) : rep_desk_pull_list(desk); break;
    case 'o': status = rep_desk_ask_choices(desk); break;
    case 'r':
        desk->break_after_lead = false;
        status = rep_desk_set_state(desk, LW_REP_AVAILABLE, "");
        break;
    case 'b': status = take_break(desk, rest_of(rest)); break;
    case 'u': take_back(desk, undo, number); return true;
    case 'y':
        item = number != 0 ? pick(desk, number, ITEM_ENDING) : NULL;
        if ((number != 0 && item == NULL) || !rep_undo_now(undo, desk, item, &status))
            say_line("nothing_waits");
        break;
    case 'n':
        item = pick(desk, number, ITEM_HELD);
        if (item == NULL || words[0] == '\0')
            say_line("which_note");
        else
            note(item, words);
        break;
    case 'a':
    case 'd':
        item = pick(desk, number, ITEM_OFFERED);
        if (item == NULL)
            say_line("which_offer");
        else
            status = verb == 'a' ? rep_desk_accept(desk, item) : rep_desk_decline(desk, item, words);
        break;
    case 't':
        item = pick(desk, number, ITEM_HELD);
        if (item == NULL || words[0] == '\0') {
            say_line("which_transfer");
            status = rep_desk_ask_choices(desk);
        } else {
            status = end(desk, undo, item, true, words);
        }
        break;
    case 'm':
        item = pick(desk, number, ITEM_HELD);
        if (item == NULL)
            say_line("which_touch");
        else
            status = rep_desk_touch(desk, item);
        break;
    case 'c':
        item = pick(desk, number, ITEM_HELD);
        if (item == NULL || words[0] == '\0') {
            say_line("which_complete");
            status = rep_desk_ask_choices(desk);
        } else {
            status = end(desk, undo, item, false, words);
        }
        break;
    default: printf("%s", rep_text("help")); break;
    }
    if (status != LW_OK)
        rep_commands_not_now(status);
    return true;
}
