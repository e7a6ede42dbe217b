/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wall_clock.h"
#include "words.h"

const char rep_commands_help[] =
    "  a [N]            accept offer N (or its lead's id; N may be left out when there is but one)\n"
    "  d [N] [REASON]   decline it\n"
    "  c [N] CODE       complete lead N with a disposition, e.g. c won\n"
    "  c [N] CODE WHEN [PLACE]   to come back, e.g. c later 2h, c visit 2026-11-26T15:30 at their shop\n"
    "  t [N] rep NAME | team NAME | skill NAME LEVEL | back [WHEN [PLACE]]   hand it on, perhaps with an appointment\n"
    "  m [N]            mark it touched: you called or wrote to them\n"
    "  p                what may be pulled from the shared list   p LEAD   take it\n"
    "  n [N] TEXT       note something on lead N; it goes with its completion\n"
    "  b [REASON]       take a break        r   ready again, or wrap-up over\n"
    "  b after [REASON] take a break once the lead in hand is done\n"
    "  u [N]            undo the end of lead N, or the last one      y [N]   do it now\n"
    "  l                list what you have  s   what you did   q   log off and quit\n";

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
    if (item->touch_by_unix_ms == 0)
        return;
    if (left_ms > 0)
        printf(", first call or mail within %s", words_duration((uint64_t)left_ms, text));
    else
        printf(", first call or mail late by %s", words_duration((uint64_t)-left_ms, text));
}

static void list(const struct rep_desk *desk, struct rep_undo *undo)
{
    static const char *const names[] = {"offered", "being accepted", "being declined", "yours", "ends", "being completed", "gone"};
    if (desk->item_count == 0)
        printf("you have nothing\n");
    for (size_t i = 0; i < desk->item_count; i++) {
        const struct rep_item *item = &desk->items[i];
        printf("[%u] lead %s: %s", item->number, item->lead_id, names[item->state]);
        if (item->state == ITEM_ENDING)
            printf(" in %u s, 'u %u' undoes it", (unsigned)((rep_undo_left_ms(undo, item, wall_clock_monotonic_ms()) + 999) / 1000), item->number);
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
    printf("a break once what you have in hand is done; 'r' takes that back\n");
    return LW_OK;
}

/* Lines of a note are kept until the lead is completed. */
static void note(struct rep_item *item, const char *text)
{
    const size_t size = strlen(item->note);
    const int more = snprintf(item->note + size, sizeof item->note - size, "%s%s", size > 0 ? "\n" : "", text);
    if (more >= (int)(sizeof item->note - size)) {
        item->note[size] = '\0';
        printf("the note on [%u] is full; that is not in it\n", item->number);
    } else {
        printf("[%u] noted\n", item->number);
    }
}

/* Ends a lead after words of rep_words.h, at once or when it can no longer be undone. */
static lw_status end(struct rep_desk *desk, struct rep_undo *undo, struct rep_item *item, bool is_transfer, const char *words)
{
    lw_status status;
    const char *why = rep_undo_end(undo, desk, item, is_transfer, words, wall_clock_monotonic_ms(), &status);
    if (why != NULL)
        printf("%s\n", why);
    else if (item->state == ITEM_ENDING)
        printf("[%u] %s in %u s; 'u' undoes it, 'y' does it now\n", item->number, is_transfer ? "handed on" : "completed",
               (unsigned)(undo->wait_ms / 1000));
    return status;
}

static void take_back(struct rep_desk *desk, struct rep_undo *undo, unsigned number)
{
    const struct rep_item *which = pick(desk, number, ITEM_ENDING);
    const struct rep_item *item = number == 0 || which != NULL ? rep_undo_back(undo, desk, number == 0 ? NULL : which) : NULL;
    if (item == NULL)
        printf("there is nothing to undo\n");
    else
        printf("[%u] undone: lead %s is still yours\n", item->number, item->lead_id);
}

void rep_commands_summary(const struct rep_desk *desk)
{
    printf("%s: %lu offers, %lu accepted, %lu declined, %lu completed, %lu refused, %lu withdrawn\n", desk->name, desk->offers, desk->accepted,
           desk->declined, desk->completed, desk->refused, desk->withdrawn);
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
    case 's': rep_commands_summary(desk); return true;
    case 'p': status = *rest_of(rest) != '\0' ? rep_desk_pull(desk, rest_of(rest)) : rep_desk_pull_list(desk); break;
    case 'r':
        desk->break_after_lead = false;
        status = rep_desk_set_state(desk, LW_REP_AVAILABLE, "");
        break;
    case 'b': status = take_break(desk, rest_of(rest)); break;
    case 'u': take_back(desk, undo, number); return true;
    case 'y':
        item = number != 0 ? pick(desk, number, ITEM_ENDING) : NULL;
        if ((number != 0 && item == NULL) || !rep_undo_now(undo, desk, item, &status))
            printf("nothing waits to be done\n");
        break;
    case 'n':
        item = pick(desk, number, ITEM_HELD);
        if (item == NULL || words[0] == '\0')
            printf("a note on which lead? e.g. 'n 1 wants it before winter'\n");
        else
            note(item, words);
        break;
    case 'a':
    case 'd':
        item = pick(desk, number, ITEM_OFFERED);
        if (item == NULL)
            printf("which offer? 'l' lists them, 'a 2' takes the second\n");
        else
            status = verb == 'a' ? rep_desk_accept(desk, item) : rep_desk_decline(desk, item, words);
        break;
    case 't':
        item = pick(desk, number, ITEM_HELD);
        if (item == NULL || words[0] == '\0')
            printf("hand which lead to whom? e.g. 't 1 rep bruno', 't team outside 2026-11-26T15:30 at their shop'\n");
        else
            status = end(desk, undo, item, true, words);
        break;
    case 'm':
        item = pick(desk, number, ITEM_HELD);
        if (item == NULL)
            printf("mark which lead? e.g. 'm 1'\n");
        else
            status = rep_desk_touch(desk, item);
        break;
    case 'c':
        item = pick(desk, number, ITEM_HELD);
        if (item == NULL || words[0] == '\0')
            printf("complete which lead with which code? e.g. 'c 1 won'\n");
        else
            status = end(desk, undo, item, false, words);
        break;
    default: printf("%s", rep_commands_help); break;
    }
    if (status != LW_OK)
        printf("not possible now: %s\n", lw_status_text(status));
    return true;
}
