/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wall_clock.h"
#include "when_text.h"

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
    "  l                list what you have  q   log off and quit\n";

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

static void list(const struct rep_desk *desk)
{
    static const char *const names[] = {"offered", "being accepted", "being declined", "yours", "being completed", "gone"};
    if (desk->item_count == 0)
        printf("you have nothing\n");
    for (size_t i = 0; i < desk->item_count; i++)
        printf("[%u] lead %s: %s\n", desk->items[i].number, desk->items[i].lead_id, names[desk->items[i].state]);
}

static unsigned held_count(const struct rep_desk *desk)
{
    unsigned count = 0;
    for (size_t i = 0; i < desk->item_count; i++)
        count += desk->items[i].state == ITEM_HELD;
    return count;
}

/* The break that waits for the last lead in hand is asked for before that lead is given up: no offer comes between. */
static lw_status break_first(struct rep_desk *desk)
{
    if (!desk->break_after_lead || held_count(desk) != 1)
        return LW_OK;
    const lw_status status = rep_desk_set_state(desk, LW_REP_BREAK, desk->break_reason);
    if (status == LW_OK)
        desk->break_after_lead = false;
    return status;
}

/* "[after] [REASON]" */
static lw_status take_break(struct rep_desk *desk, const char *words)
{
    static const char after[] = "after";
    const size_t size = sizeof after - 1;
    const bool waits = strncmp(words, after, size) == 0 && (words[size] == ' ' || words[size] == '\0');
    if (waits)
        words = rest_of(words + size);
    desk->break_after_lead = waits && held_count(desk) > 0;
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

/* "CODE [WHEN [PLACE]]" */
static lw_status complete(struct rep_desk *desk, struct rep_item *item, char *words)
{
    struct lw_completion completion = {.disposition = words, .note = item->note};
    char *when = words + strcspn(words, " ");
    if (*when != '\0')
        *when++ = '\0';
    when += strspn(when, " ");
    char *place = when + strcspn(when, " ");
    if (*place != '\0')
        *place++ = '\0';
    completion.place = rest_of(place);
    if (*when != '\0' && !when_text_parse(when, wall_clock_unix_ms(), &completion.at_unix_ms)) {
        printf("when? write 30m, 2h, 3d, 15:30 or 2026-11-26T15:30\n");
        return LW_OK;
    }
    const lw_status status = break_first(desk);
    return status == LW_OK ? rep_desk_complete(desk, item, &completion) : status;
}

/* Cuts the next word off; "" at the end. */
static char *next_word(char **rest)
{
    char *word = *rest + strspn(*rest, " ");
    *rest = word + strcspn(word, " ");
    if (**rest != '\0')
        *(*rest)++ = '\0';
    return word;
}

/* "rep NAME", "team NAME", "skill NAME LEVEL" or "back", then "[WHEN [PLACE]]" */
static lw_status transfer(struct rep_desk *desk, struct rep_item *item, char *words)
{
    struct lw_transfer target = {.rep = NULL};
    const char *kind = next_word(&words);
    target.back = strcmp(kind, "back") == 0;
    const char *name = target.back ? "" : next_word(&words);
    if (strcmp(kind, "rep") == 0)
        target.rep = name;
    else if (strcmp(kind, "team") == 0)
        target.team = name;
    else if (strcmp(kind, "skill") == 0)
        target.skill = name;
    else if (!target.back)
        printf("to whom? rep NAME, team NAME, skill NAME LEVEL or back\n");
    if (target.rep == NULL && target.team == NULL && target.skill == NULL && !target.back)
        return LW_OK;
    if (target.skill != NULL)
        target.level = (uint32_t)strtoul(next_word(&words), NULL, 10);
    const char *when = next_word(&words);
    target.place = rest_of(words);
    if (*when != '\0' && !when_text_parse(when, wall_clock_unix_ms(), &target.appointment_unix_ms)) {
        printf("when? write 30m, 2h, 3d, 15:30 or 2026-11-26T15:30\n");
        return LW_OK;
    }
    const lw_status status = break_first(desk);
    return status == LW_OK ? rep_desk_transfer(desk, item, &target) : status;
}

/* One command line. False: quit. */
bool rep_commands_obey(struct rep_desk *desk, char *line)
{
    const char verb = line[0];
    char *rest = line + strcspn(line, " ");
    char *end = rest;
    const unsigned number = read_number(desk, rest, &end);
    const char *words = rest_of(end);
    lw_status status = LW_OK;
    struct rep_item *item = NULL;
    switch (verb) {
    case '\0': return true;
    case 'q': return false;
    case 'l': list(desk); return true;
    case 'p': status = *rest_of(rest) != '\0' ? rep_desk_pull(desk, rest_of(rest)) : rep_desk_pull_list(desk); break;
    case 'r':
        desk->break_after_lead = false;
        status = rep_desk_set_state(desk, LW_REP_AVAILABLE, "");
        break;
    case 'b': status = take_break(desk, rest_of(rest)); break;
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
            status = transfer(desk, item, line + (words - line));
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
            status = complete(desk, item, line + (words - line));
        break;
    default: printf("%s", rep_commands_help); break;
    }
    if (status != LW_OK)
        printf("not possible now: %s\n", lw_status_text(status));
    return true;
}
