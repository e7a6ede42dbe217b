/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_terminal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "rep_commands.h"
#include "words.h"

enum { LINE_SIZE = 512, SUMMARY_SHOWN = 600, HURRY_MS = 10000, UNDO_MS = 10000 };

struct rep_terminal {
    bool is_tty, is_silent;
    struct termios before;
    struct rep_undo undo;
    char line[LINE_SIZE];
    size_t size;
    bool has_prompt;   /* one is drawn on the current line */
    lw_rep_state shown_state;
};

struct rep_terminal *rep_terminal_open(const struct rep_terminal_options *options)
{
    struct rep_terminal *terminal = calloc(1, sizeof *terminal);
    if (terminal == NULL)
        return NULL;
    terminal->is_silent = options->is_silent;
    terminal->undo.wait_ms = options->undo_ms != REP_UNDO_USUAL ? options->undo_ms : isatty(STDIN_FILENO) ? UNDO_MS : 0;
    terminal->is_tty = !options->is_plain && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && tcgetattr(STDIN_FILENO, &terminal->before) == 0;
    if (terminal->is_tty) {
        struct termios raw = terminal->before;
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);   /* signals stay: Ctrl-C logs off */
        raw.c_cc[VMIN] = 0;
        raw.c_cc[VTIME] = 0;
        tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    }
    printf("%s", rep_commands_help);
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

/* " by anna": nothing when there is none. What others wrote must not reach the terminal as it is. */
static void show_words(const char *before, const char *value)
{
    char text[SUMMARY_SHOWN + 1];
    if (value[0] != '\0')
        printf("%s%s", before, words_printable(value, text, sizeof text));
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

/* "marketing: yes, 2026-03-04 09:30: Send me offers". came_unix_ms: of a consent that tells no time; 0: not known. */
static void show_consents(const struct lw_lead *lead, int64_t came_unix_ms)
{
    char text[SUMMARY_SHOWN + 1], moment[WORDS_SIZE];
    for (size_t i = 0; i < lead->consent_count; i++) {
        const struct lw_lead_consent *consent = &lead->consents[i];
        const int64_t given_unix_ms = consent->given_unix_ms != 0 ? consent->given_unix_ms : came_unix_ms;
        const bool has_words = consent->text != NULL && consent->text[0] != '\0';
        snprintf(text, sizeof text, "%s: %s%s%s%s%s", consent->purpose != NULL ? consent->purpose : "", consent->granted ? "yes" : "NO",
                 given_unix_ms != 0 ? ", " : "", given_unix_ms != 0 ? words_moment(given_unix_ms, moment) : "", has_words ? ": " : "",
                 has_words ? consent->text : "");
        show_line("consent", text);
    }
}

static void show_lead(const struct lw_lead *lead, int64_t came_unix_ms)
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
    show_consents(lead, came_unix_ms);
    for (size_t i = 0; i < lead->attribute_count; i++)
        show_line(lead->attributes[i].name, lead->attributes[i].value);
}

/* The lead, and what the same person sent since. */
static void show_contacts(const struct lw_rep_event *event)
{
    show_lead(event->lead, event->received_unix_ms);
    for (uint32_t i = 0; i < event->contact_count; i++) {
        show_line("and then", lw_channel_name(event->contacts[i].channel));
        show_lead(&event->contacts[i], 0);
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
    if (event->outcome != LW_OUTCOME_ACCEPTED && event->outcome != LW_OUTCOME_DUPLICATE) {
        printf("refused: %s", lw_outcome_name(event->outcome));
        show_words(": ", event->reason);
        printf("\n");
    } else if (item != NULL && item->state == ITEM_GONE) {
        printf("[%u] done\n", item->number);
    }
}

static void show_withdrawn(const struct lw_rep_event *event, const struct rep_item *item)
{
    printf("\n[%u] GONE: lead %s is no longer yours", item->number, event->lead_id);
    show_words(": ", event->reason);
    show_words(" by ", event->taken_by);
    printf("\n");
}

static void show_state(const struct lw_rep_event *event)
{
    printf("you are %s", words_of(event->state));
    show_words(": ", event->reason);
    printf("\n");
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
        if (terminal->is_tty && !terminal->is_silent && !event->resumed)
            printf("\a");
        break;
    case LW_REP_HOLDING:
        if (item != NULL)
            show_holding(event, item);
        break;
    case LW_REP_WITHDRAWN:
        if (item != NULL)
            show_withdrawn(event, item);
        break;
    case LW_REP_NUDGE: printf("\n[%u] WAITS FOR YOU: call or write to them, then 'm %u'; else another rep gets lead %s\n",
                              item != NULL ? item->number : 0, item != NULL ? item->number : 0, event->lead_id); break;
    case LW_REP_STATUS:
        if (event->state != terminal->shown_state)
            show_state(event);
        terminal->shown_state = event->state;
        break;
    case LW_REP_ANSWER: show_answer(event, item); break;
    case LW_REP_PULL_LIST: show_pull_list(event); break;
    case LW_REP_REFUSED:
        printf("\nthe broker will not have you");
        show_words(": ", event->reason);
        printf("\n");
        break;
    case LW_REP_SNAPSHOT:
    case LW_REP_NONE: break;
    }
    fflush(stdout);
}

/* Without a prompt that counts down: once, in words, while there is still time. */
static void say_time_left(struct rep_desk *desk, uint64_t now_ms)
{
    for (size_t i = 0; i < desk->item_count; i++) {
        struct rep_item *item = &desk->items[i];
        if (item->state != ITEM_OFFERED || item->is_hurried || item->answer_until_ms > now_ms + HURRY_MS || item->answer_until_ms <= now_ms)
            continue;
        item->is_hurried = true;
        printf("[%u] %u s left to answer\n", item->number, (unsigned)((item->answer_until_ms - now_ms + 999) / 1000));
        fflush(stdout);
    }
}

static void send_due(struct rep_terminal *terminal, struct rep_desk *desk, uint64_t now_ms)
{
    const lw_status status = rep_undo_send(&terminal->undo, desk, now_ms);
    if (status != LW_OK)
        printf("not possible now: %s\n", lw_status_text(status));
}

void rep_terminal_finish(struct rep_terminal *terminal, struct rep_desk *desk)
{
    send_due(terminal, desk, UINT64_MAX);
}

void rep_terminal_tick(struct rep_terminal *terminal, struct rep_desk *desk, uint64_t now_ms)
{
    send_due(terminal, desk, now_ms);
    if (!terminal->is_tty) {
        say_time_left(desk, now_ms);
        return;
    }
    const char *state = desk->is_connected ? words_of(desk->state) : "not connected";
    printf("\r\033[K%s: %s, load %u of %u", desk->name, state, (unsigned)rep_desk_load(desk), (unsigned)desk->capacity);
    for (size_t i = 0; i < desk->item_count; i++) {
        const struct rep_item *item = &desk->items[i];
        if (item->state == ITEM_OFFERED)
            printf(" | [%u] %u s", item->number,
                   (unsigned)(item->answer_until_ms > now_ms ? (item->answer_until_ms - now_ms + 999) / 1000 : 0));
        else if (item->state == ITEM_ENDING)
            printf(" | [%u] ends in %u s, u undoes", item->number, (unsigned)((rep_undo_left_ms(&terminal->undo, item, now_ms) + 999) / 1000));
    }
    printf(" > %.*s", (int)terminal->size, terminal->line);
    fflush(stdout);
    terminal->has_prompt = true;
}

/* One typed byte. False: quit. */
static bool type(struct rep_terminal *terminal, struct rep_desk *desk, char byte)
{
    if (byte == '\n' || byte == '\r') {
        terminal->line[terminal->size] = '\0';
        terminal->size = 0;
        clear_prompt(terminal);
        const bool goes_on = rep_commands_obey(desk, &terminal->undo, terminal->line);
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
