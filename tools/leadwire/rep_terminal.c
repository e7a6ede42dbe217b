/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_terminal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "wall_clock.h"
#include "when_text.h"
#include "words.h"

enum { LINE_SIZE = 512, SUMMARY_SHOWN = 600 };

struct rep_terminal {
    bool is_tty;
    struct termios before;
    char line[LINE_SIZE];
    size_t size;
    bool has_prompt;   /* one is drawn on the current line */
    lw_rep_state shown_state;
};

static const char help_text[] =
    "  a [N]            accept offer N (N may be left out when there is but one)\n"
    "  d [N] [REASON]   decline it\n"
    "  c [N] CODE       complete lead N with a disposition, e.g. c won\n"
    "  c [N] CODE WHEN [PLACE]   to come back, e.g. c later 2h, c visit 2026-11-26T15:30 at their shop\n"
    "  t [N] rep NAME | team NAME | skill NAME LEVEL | back [WHEN [PLACE]]   hand it on, perhaps with an appointment\n"
    "  m [N]            mark it touched: you called or wrote to them\n"
    "  p                what may be pulled from the shared list   p LEAD   take it\n"
    "  b [REASON]       take a break        r   ready again\n"
    "  l                list what you have  q   log off and quit\n";

struct rep_terminal *rep_terminal_open(void)
{
    struct rep_terminal *terminal = calloc(1, sizeof *terminal);
    if (terminal == NULL)
        return NULL;
    terminal->is_tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && tcgetattr(STDIN_FILENO, &terminal->before) == 0;
    if (terminal->is_tty) {
        struct termios raw = terminal->before;
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);   /* signals stay: Ctrl-C logs off */
        raw.c_cc[VMIN] = 0;
        raw.c_cc[VTIME] = 0;
        tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    }
    printf("%s", help_text);
    fflush(stdout);
    return terminal;
}

void rep_terminal_close(struct rep_terminal **terminal)
{
    if (*terminal == NULL)
        return;
    if ((*terminal)->is_tty)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &(*terminal)->before);
    if ((*terminal)->has_prompt)
        printf("\n");
    free(*terminal);
    *terminal = NULL;
}

/* Makes room for output above the prompt. */
static void clear_prompt(struct rep_terminal *terminal)
{
    if (terminal->has_prompt)
        printf("\r\033[K");
    terminal->has_prompt = false;
}

static void show_line(const char *name, const char *value)
{
    char text[SUMMARY_SHOWN + 1];
    if (value != NULL && value[0] != '\0')
        printf("     %-9s %s\n", name, words_printable(value, text, sizeof text));
}

static void show_recording(const struct lw_lead_recording *recording)
{
    char length[WORDS_SIZE];
    if (recording->url == NULL || recording->url[0] == '\0')
        return;
    show_line("recording", recording->url);
    snprintf(length, sizeof length, "%u:%02u", (unsigned)(recording->duration_s / 60), (unsigned)(recording->duration_s % 60));
    if (recording->duration_s > 0)
        show_line("length", length);
}

static void show_lead(const struct lw_lead *lead)
{
    if (lead == NULL)
        return;
    show_line("name", lead->full_name);
    show_line("company", lead->company);
    for (size_t i = 0; i < lead->phone_count; i++) {
        const char *e164 = lead->phones[i].e164;
        show_line("phone", e164 != NULL && e164[0] != '\0' ? e164 : lead->phones[i].raw);
    }
    for (size_t i = 0; i < lead->email_count; i++)
        show_line("email", lead->emails[i].address);
    show_line("language", lead->language);
    show_line("country", lead->country);
    show_line("city", lead->city);
    show_line("product", lead->product);
    show_line("subject", lead->subject);
    show_line("message", lead->summary);
    show_recording(&lead->recording);
    for (size_t i = 0; i < lead->attribute_count; i++)
        show_line(lead->attributes[i].name, lead->attributes[i].value);
}

/* The lead, and what the same person sent since. */
static void show_contacts(const struct lw_rep_event *event)
{
    show_lead(event->lead);
    for (uint32_t i = 0; i < event->contact_count; i++) {
        show_line("and then", lw_channel_name(event->contacts[i].channel));
        show_lead(&event->contacts[i]);
    }
}

/* "2026-03-04: heat pump" */
static void show_customer(const struct lw_rep_event *event)
{
    char moment[WORDS_SIZE], text[WORDS_SIZE + LW_NAME_MAX];
    if (event->bought_unix_ms == 0)
        return;
    snprintf(text, sizeof text, "%.10s%s%s", words_moment(event->bought_unix_ms, moment), event->bought[0] != '\0' ? ": " : "", event->bought);
    show_line("customer", text);
}

static void show_arrangement(const struct lw_rep_event *event)
{
    char moment[WORDS_SIZE];
    if (event->call_back)
        show_line("call", "you call them: nobody is on the line");
    if (event->appointment_unix_ms != 0)
        show_line("meeting", words_moment(event->appointment_unix_ms, moment));
    show_line("place", event->place);
    show_line("from", event->set_by);
}

static void show_offer(const struct lw_rep_event *event, const struct rep_item *item)
{
    printf("\n[%u] OFFER%s%s: a %s lead for queue %s, %u s to answer (lead %s)\n", item->number, event->resumed ? ", still open" : "",
           event->interrupts ? ", interrupts what you have in hand" : "",
           lw_channel_name(event->lead != NULL ? event->lead->channel : LW_CHANNEL_NONE), event->queue,
           (unsigned)(event->answer_ms / 1000), item->lead_id);
    show_line("why you", event->why);
    show_customer(event);
    show_arrangement(event);
    show_contacts(event);
}

static void show_holding(const struct lw_rep_event *event, const struct rep_item *item)
{
    if (event->lead_state == LW_LEAD_CONNECTING)
        printf("\n[%u] CALL: your phone rings, pick up (lead %s)\n", item->number, item->lead_id);
    else
        printf("\n[%u] YOURS: lead %s; complete it with 'c %u CODE'\n", item->number, item->lead_id, item->number);
    if (event->resumed || event->lead != NULL) {   /* else the offer showed it */
        show_customer(event);
        show_arrangement(event);
        show_contacts(event);
    }
}

static const char *words_of(lw_rep_state state)
{
    switch (state) {
    case LW_REP_AVAILABLE: return "available";
    case LW_REP_WRAP_UP: return "in wrap-up";
    case LW_REP_BREAK: return "on a break";
    case LW_REP_AWAY: return "set away, 'r' brings you back";
    case LW_REP_OFFLINE:
    case LW_REP_STATE_NONE: break;
    }
    return "offline";
}

static void show_answer(const struct lw_rep_event *event, const struct rep_item *item)
{
    if (event->outcome != LW_OUTCOME_ACCEPTED && event->outcome != LW_OUTCOME_DUPLICATE)
        printf("refused: %s%s%s\n", lw_outcome_name(event->outcome), event->reason[0] != '\0' ? ": " : "", event->reason);
    else if (item != NULL && item->state == ITEM_GONE)
        printf("[%u] done\n", item->number);
}

static void show_pull_list(const struct lw_rep_event *event)
{
    char clock[WORDS_SIZE];
    if (event->pullable_count == 0)
        printf("there is nothing that you may pull\n");
    for (uint32_t i = 0; i < event->pullable_count; i++) {
        const struct lw_pullable *lead = &event->pullable[i];
        printf("lead %s: %s from %s for queue %s, here since %s%s\n", lead->lead_id, lead->call_back ? "call-back" : lw_channel_name(lead->channel),
               lead->source, lead->queue, words_clock(lead->received_unix_ms, clock), lead->priority > 0 ? ", with priority" : "");
    }
}

void rep_terminal_show(struct rep_terminal *terminal, struct rep_desk *desk, const struct lw_rep_event *event, const struct rep_item *item)
{
    clear_prompt(terminal);
    switch (event->kind) {
    case LW_REP_WELCOME: printf("\nlogged on as %s\n", desk->name); break;
    case LW_REP_LOST: printf("\nthe connection is lost; trying again (your leads stay yours)\n"); break;
    case LW_REP_OFFER:
        if (item != NULL)
            show_offer(event, item);
        break;
    case LW_REP_HOLDING:
        if (item != NULL)
            show_holding(event, item);
        break;
    case LW_REP_WITHDRAWN:
        if (item != NULL)
            printf("\n[%u] GONE: lead %s is no longer yours: %s%s%s\n", item->number, event->lead_id, event->reason,
                   event->taken_by[0] != '\0' ? " by " : "", event->taken_by);
        break;
    case LW_REP_NUDGE: printf("\n[%u] WAITS FOR YOU: call or write to them, then 'm %u'; else another rep gets lead %s\n",
                              item != NULL ? item->number : 0, item != NULL ? item->number : 0, event->lead_id); break;
    case LW_REP_STATUS:
        if (event->state != terminal->shown_state)
            printf("you are %s%s%s\n", words_of(event->state), event->reason[0] != '\0' ? ": " : "", event->reason);
        terminal->shown_state = event->state;
        break;
    case LW_REP_ANSWER: show_answer(event, item); break;
    case LW_REP_PULL_LIST: show_pull_list(event); break;
    case LW_REP_REFUSED: printf("\nthe broker will not have you: %s\n", event->reason); break;
    case LW_REP_SNAPSHOT:
    case LW_REP_NONE: break;
    }
    fflush(stdout);
}

void rep_terminal_tick(struct rep_terminal *terminal, const struct rep_desk *desk, uint64_t now_ms)
{
    if (!terminal->is_tty)
        return;
    const char *state = desk->is_connected ? words_of(desk->state) : "not connected";
    printf("\r\033[K%s: %s, load %u of %u", desk->name, state, (unsigned)rep_desk_load(desk), (unsigned)desk->capacity);
    for (size_t i = 0; i < desk->item_count; i++) {
        const struct rep_item *item = &desk->items[i];
        if (item->state == ITEM_OFFERED)
            printf(" | [%u] %u s", item->number,
                   (unsigned)(item->answer_until_ms > now_ms ? (item->answer_until_ms - now_ms + 999) / 1000 : 0));
    }
    printf(" > %.*s", (int)terminal->size, terminal->line);
    fflush(stdout);
    terminal->has_prompt = true;
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

static const char *rest_of(const char *text)
{
    while (*text == ' ')
        text++;
    return text;
}

/* "CODE [WHEN [PLACE]]" */
static lw_status complete(struct rep_desk *desk, struct rep_item *item, char *words)
{
    struct lw_completion completion = {.disposition = words};
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
    return rep_desk_complete(desk, item, &completion);
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
    return rep_desk_transfer(desk, item, &target);
}

/* One command line. False: quit. */
static bool obey(struct rep_desk *desk, char *line)
{
    const char verb = line[0];
    char *rest = line + strcspn(line, " ");
    char *end = rest;
    const unsigned number = (unsigned)strtoul(rest, &end, 10);
    const char *words = rest_of(end);
    lw_status status = LW_OK;
    struct rep_item *item = NULL;
    switch (verb) {
    case '\0': return true;
    case 'q': return false;
    case 'l': list(desk); return true;
    case 'p': status = *rest_of(rest) != '\0' ? rep_desk_pull(desk, rest_of(rest)) : rep_desk_pull_list(desk); break;
    case 'r': status = rep_desk_set_state(desk, LW_REP_AVAILABLE, ""); break;
    case 'b': status = rep_desk_set_state(desk, LW_REP_BREAK, rest_of(rest)); break;
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
    default: printf("%s", help_text); break;
    }
    if (status != LW_OK)
        printf("not possible now: %s\n", lw_status_text(status));
    return true;
}

/* One typed byte. False: quit. */
static bool type(struct rep_terminal *terminal, struct rep_desk *desk, char byte)
{
    if (byte == '\n' || byte == '\r') {
        terminal->line[terminal->size] = '\0';
        terminal->size = 0;
        clear_prompt(terminal);
        const bool goes_on = obey(desk, terminal->line);
        fflush(stdout);
        return goes_on;
    }
    if (byte == 4 && terminal->is_tty)   /* Ctrl-D */
        return terminal->size > 0;
    if (byte == 8 || byte == 127) {
        while (terminal->size > 0 && ((unsigned char)terminal->line[--terminal->size] & 0xC0) == 0x80)
            ;   /* the whole of a UTF-8 character */
    } else if (!iscntrl((unsigned char)byte) && terminal->size + 1 < LINE_SIZE) {
        terminal->line[terminal->size++] = byte;
    }
    return true;
}

bool rep_terminal_read(struct rep_terminal *terminal, struct rep_desk *desk)
{
    char bytes[256];
    const ssize_t size = read(STDIN_FILENO, bytes, sizeof bytes);
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
        return false;
    for (ssize_t i = 0; i < size; i++) {
        if (!type(terminal, desk, bytes[i]))
            return false;
    }
    return true;
}
