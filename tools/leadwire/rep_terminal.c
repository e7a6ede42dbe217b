/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_terminal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "rep_commands.h"
#include "rep_crm.h"
#include "rep_day.h"
#include "rep_text.h"
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
    printf("%s", rep_text("help"));
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

/* What the broker says, in the words of the rep's language if there are any. */
static const char *cause_words(const char *reason)
{
    const char *text = reason[0] != '\0' ? rep_text_find("cause_", reason) : NULL;
    return text != NULL ? text : reason;
}

/* ": another rep has it"; "" for no reason. */
static const char *why_words(const char *reason, char text[SUMMARY_SHOWN + 1])
{
    text[0] = '\0';
    if (reason[0] != '\0') {
        memcpy(text, ": ", 2);
        words_printable(cause_words(reason), text + 2, SUMMARY_SHOWN - 1);
    }
    return text;
}

static const char *channel_words(const char *start, lw_channel channel)
{
    const char *text = rep_text_find(start, lw_channel_name(channel));
    return text != NULL ? text : rep_text_find(start, "none");
}

static void show_recording(const struct lw_lead_recording *recording)
{
    char length[WORDS_SIZE];
    if (recording->url == NULL || recording->url[0] == '\0')
        return;
    show_line(rep_text("line_recording"), recording->url);
    snprintf(length, sizeof length, "%u:%02u", (unsigned)(recording->duration_s / 60), (unsigned)(recording->duration_s % 60));
    if (recording->duration_s > 0)
        show_line(rep_text("line_length"), length);
}

/* "marketing: yes, 2026-03-04 09:30: Send me offers". came_unix_ms: of a consent that tells no time; 0: not known. */
static void show_consents(const struct lw_lead *lead, int64_t came_unix_ms)
{
    char text[SUMMARY_SHOWN + 1], moment[WORDS_SIZE];
    for (size_t i = 0; i < lead->consent_count; i++) {
        const struct lw_lead_consent *consent = &lead->consents[i];
        const int64_t given_unix_ms = consent->given_unix_ms != 0 ? consent->given_unix_ms : came_unix_ms;
        const bool has_words = consent->text != NULL && consent->text[0] != '\0';
        snprintf(text, sizeof text, "%s: %s%s%s%s%s", consent->purpose != NULL ? consent->purpose : "", rep_text(consent->granted ? "consent_yes" : "consent_no"),
                 given_unix_ms != 0 ? ", " : "", given_unix_ms != 0 ? words_moment(given_unix_ms, moment) : "", has_words ? ": " : "",
                 has_words ? consent->text : "");
        show_line(rep_text("line_consent"), text);
    }
}

static void show_lead(const struct lw_lead *lead, int64_t came_unix_ms)
{
    if (lead == NULL)
        return;
    show_line(rep_text("line_name"), lead->full_name);
    show_line(rep_text("line_company"), lead->company);
    for (size_t i = 0; i < lead->phone_count; i++) {
        const char *e164 = lead->phones[i].e164;
        show_line(rep_text("line_phone"), e164 != NULL && e164[0] != '\0' ? e164 : lead->phones[i].raw);
        show_line(rep_text("line_time_zone"), lead->phones[i].time_zone);
    }
    for (size_t i = 0; i < lead->email_count; i++)
        show_line(rep_text("line_email"), lead->emails[i].address);
    show_line(rep_text("line_language"), lead->language);
    show_line(rep_text("line_country"), lead->country);
    show_line(rep_text("line_city"), lead->city);
    show_line(rep_text("line_product"), lead->product);
    show_line(rep_text("line_subject"), lead->subject);
    show_line(rep_text("line_message"), lead->summary);
    show_recording(&lead->recording);
    show_consents(lead, came_unix_ms);
    for (size_t i = 0; i < lead->attribute_count; i++)
        show_line(lead->attributes[i].name, lead->attributes[i].value);
}

/* The lead, and what the same person sent since. */
static void show_contacts(const struct lw_rep_event *event)
{
    char text[2 * WORDS_SIZE], moment[WORDS_SIZE];
    show_lead(event->lead, event->received_unix_ms);
    for (uint32_t i = 0; i < event->contact_count; i++) {
        const int64_t came_unix_ms = event->contact_unix_ms[i];
        snprintf(text, sizeof text, "%s%s%s", channel_words("by_", event->contacts[i].channel), came_unix_ms != 0 ? ", " : "",
                 came_unix_ms != 0 ? words_moment(came_unix_ms, moment) : "");
        show_line(rep_text("line_and_then"), text);
        show_lead(&event->contacts[i], came_unix_ms);
    }
}

/* "2026-03-04: heat pump"; of whom nothing is known is another than who is no customer. */
static void show_customer(const struct lw_rep_event *event)
{
    char moment[WORDS_SIZE], text[WORDS_SIZE + LW_NAME_MAX];
    if (event->bought_unix_ms == 0) {
        show_line(rep_text("line_customer"), rep_text(event->no_customer ? "no_customer" : "unknown_customer"));
        return;
    }
    snprintf(text, sizeof text, "%.10s%s%s", words_moment(event->bought_unix_ms, moment), event->bought[0] != '\0' ? ": " : "", event->bought);
    show_line(rep_text("line_customer"), text);
}

/* "anna: wants it before winter" */
static void show_note(const struct lw_rep_event *event)
{
    char text[SUMMARY_SHOWN + 1];
    if (event->note[0] == '\0')
        return;
    snprintf(text, sizeof text, "%s: %s", event->note_by, event->note);
    show_line(rep_text("line_note"), text);
}

static void show_arrangement(const struct lw_rep_event *event)
{
    char moment[WORDS_SIZE];
    if (event->call_back)
        show_line(rep_text("line_call"), rep_text("you_call"));
    if (event->appointment_unix_ms != 0)
        show_line(rep_text("line_meeting"), words_moment(event->appointment_unix_ms, moment));
    show_line(rep_text("line_place"), event->place);
    show_line(rep_text("line_from"), event->set_by);
    show_note(event);
}

/* A line of which only the number and the lead vary. */
static void say_lead(const char *name, unsigned number, const char *lead_id)
{
    char text[REP_TEXT_NUMBER_SIZE];
    rep_say(name, "number", rep_text_number(number, text), "lead", lead_id, NULL);
    printf("\n");
}

static void show_crm(const struct rep_desk *desk, const struct lw_rep_event *event)
{
    char link[REP_CRM_SIZE];
    if (desk->crm_link != NULL && rep_crm_link(link, desk->crm_link, event))
        printf("     %-9s %s\n", rep_text("line_crm"), link);
}

static void show_card(const struct rep_desk *desk, const struct lw_rep_event *event)
{
    show_customer(event);
    show_arrangement(event);
    show_contacts(event);
    show_crm(desk, event);
}

static void show_offer(const struct rep_desk *desk, const struct lw_rep_event *event, const struct rep_item *item)
{
    char number[REP_TEXT_NUMBER_SIZE], seconds[REP_TEXT_NUMBER_SIZE], also[REP_TEXT_SIZE];
    snprintf(also, sizeof also, "%s%s", event->resumed ? rep_text("offer_open") : "", event->interrupts ? rep_text("offer_interrupts") : "");
    printf("\n");
    rep_say("offer", "number", rep_text_number(item->number, number), "also", also, "lead_of",
            channel_words("lead_of_", event->lead != NULL ? event->lead->channel : LW_CHANNEL_NONE), "queue", event->queue, "seconds",
            rep_text_number(event->answer_ms / 1000, seconds), "lead", item->lead_id, NULL);
    printf("\n");
    show_line(rep_text("line_why_you"), event->why);
    show_card(desk, event);
}

static void show_holding(const struct rep_desk *desk, const struct lw_rep_event *event, const struct rep_item *item)
{
    printf("\n");
    say_lead(event->lead_state == LW_LEAD_CONNECTING ? "calls" : "yours", item->number, item->lead_id);
    if (event->resumed || event->lead != NULL)   /* else the offer showed it */
        show_card(desk, event);
}

static const char *words_of(lw_rep_state state)
{
    const char *text = rep_text_find("is_", lw_rep_state_name(state));
    return text != NULL ? text : rep_text("is_offline");
}

static void show_answer(const struct lw_rep_event *event, const struct rep_item *item)
{
    char text[SUMMARY_SHOWN + 1];
    if (event->outcome != LW_OUTCOME_ACCEPTED && event->outcome != LW_OUTCOME_DUPLICATE) {
        const char *outcome = rep_text_find("outcome_", lw_outcome_name(event->outcome));
        const char *why = event->reason[0] != '\0' ? cause_words(event->reason) : outcome != NULL ? outcome : lw_outcome_name(event->outcome);
        rep_say("refused", "why", words_printable(why, text, sizeof text), NULL);
        printf("\n");
    } else if (item != NULL && item->state == ITEM_GONE) {
        say_lead("done", item->number, item->lead_id);
    }
}

static void show_withdrawn(const struct lw_rep_event *event, const struct rep_item *item)
{
    char number[REP_TEXT_NUMBER_SIZE], why[SUMMARY_SHOWN + 1], name[SUMMARY_SHOWN + 1], taken[REP_TEXT_SIZE] = "";
    if (event->taken_by[0] != '\0')
        rep_text_fill(taken, sizeof taken, "taken", "name", words_printable(event->taken_by, name, sizeof name), NULL);
    printf("\n");
    rep_say("gone", "number", rep_text_number(item->number, number), "lead", event->lead_id, "why", why_words(event->reason, why), "taken", taken, NULL);
    printf("\n");
}

static void show_state(const struct lw_rep_event *event)
{
    char why[SUMMARY_SHOWN + 1];
    rep_say("you_are", "state", words_of(event->state), "why", why_words(event->reason, why), NULL);
    printf("\n");
}

static void show_pull_list(const struct lw_rep_event *event)
{
    char clock[WORDS_SIZE];
    if (event->pullable_count == 0)
        printf("%s\n", rep_text("none_pullable"));
    for (uint32_t i = 0; i < event->pullable_count; i++) {
        const struct lw_pullable *lead = &event->pullable[i];
        rep_say("pullable", "lead", lead->lead_id, "by", lead->call_back ? rep_text("by_call_back") : channel_words("by_", lead->channel), "source", lead->source,
                "queue", lead->queue, "since", words_clock(lead->received_unix_ms, clock), "also", lead->priority > 0 ? rep_text("with_priority") : "", NULL);
        printf("\n");
    }
}

/* In our language where the desk has words for it. */
static const char *label_of(const struct lw_choice *choice)
{
    for (uint32_t i = 0; i < choice->text_count; i++) {
        if (rep_text_speaks(choice->texts[i].language))
            return choice->texts[i].text;
    }
    return choice->label;
}

static void show_rows(const char *title, const struct lw_choice *rows, uint32_t count)
{
    char name[SUMMARY_SHOWN + 1], label[SUMMARY_SHOWN + 1];
    if (count > 0)
        printf("%s\n", rep_text(title));
    for (uint32_t i = 0; i < count; i++)
        printf("  %-12s %s\n", words_printable(rows[i].name, name, sizeof name), words_printable(label_of(&rows[i]), label, sizeof label));
}

static void show_choices(const struct lw_choices *choices)
{
    if (choices == NULL)
        return;
    show_rows("choose_ends", choices->dispositions, choices->disposition_count);
    show_rows("choose_declines", choices->decline_reasons, choices->decline_reason_count);
    show_rows("choose_breaks", choices->break_reasons, choices->break_reason_count);
    show_rows("choose_skills", choices->skills, choices->skill_count);
    show_rows("choose_teams", choices->teams, choices->team_count);
    show_rows("choose_reps", choices->reps, choices->rep_count);
}

static void show_refused(const struct lw_rep_event *event)
{
    char why[SUMMARY_SHOWN + 1];
    printf("\n");
    rep_say("not_had", "why", why_words(event->reason, why), NULL);
    printf("\n");
}

void rep_terminal_show(struct rep_terminal *terminal, struct rep_desk *desk, const struct lw_rep_event *event, const struct rep_item *item)
{
    clear_prompt(terminal);
    switch (event->kind) {
    case LW_REP_WELCOME:
        printf("\n");
        rep_say("logged_on", "name", desk->name, NULL);
        printf("\n");
        break;
    case LW_REP_LOST: printf("\n%s\n", rep_text("lost")); break;
    case LW_REP_OFFER:
        if (item != NULL)
            show_offer(desk, event, item);
        if (terminal->is_tty && !terminal->is_silent && !event->resumed)
            printf("\a");
        break;
    case LW_REP_HOLDING:
        if (item != NULL)
            show_holding(desk, event, item);
        break;
    case LW_REP_WITHDRAWN:
        if (item != NULL)
            show_withdrawn(event, item);
        break;
    case LW_REP_NUDGE:
        printf("\n");
        say_lead("nudge", item != NULL ? item->number : 0, event->lead_id);
        break;
    case LW_REP_STATUS:
        if (event->state != terminal->shown_state)
            show_state(event);
        terminal->shown_state = event->state;
        break;
    case LW_REP_ANSWER: show_answer(event, item); break;
    case LW_REP_PULL_LIST: show_pull_list(event); break;
    case LW_REP_CHOICES: show_choices(event->choices); break;
    case LW_REP_DAY: rep_day_say(event->day); break;
    case LW_REP_REFUSED: show_refused(event); break;
    case LW_REP_SNAPSHOT:
    case LW_REP_NONE: break;
    }
    fflush(stdout);
}

static void say_seconds(const char *name, unsigned number, uint64_t ms)
{
    char text[REP_TEXT_NUMBER_SIZE], seconds[REP_TEXT_NUMBER_SIZE];
    rep_say(name, "number", rep_text_number(number, text), "seconds", rep_text_number((ms + 999) / 1000, seconds), NULL);
}

/* Without a prompt that counts down: once, in words, while there is still time. */
static void say_time_left(struct rep_desk *desk, uint64_t now_ms)
{
    for (size_t i = 0; i < desk->item_count; i++) {
        struct rep_item *item = &desk->items[i];
        if (item->state != ITEM_OFFERED || item->is_hurried || item->answer_until_ms > now_ms + HURRY_MS || item->answer_until_ms <= now_ms)
            continue;
        item->is_hurried = true;
        say_seconds("hurry", item->number, item->answer_until_ms - now_ms);
        printf("\n");
        fflush(stdout);
    }
}

static void send_due(struct rep_terminal *terminal, struct rep_desk *desk, uint64_t now_ms)
{
    const lw_status status = rep_undo_send(&terminal->undo, desk, now_ms);
    if (status != LW_OK)
        rep_commands_not_now(status);
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
    char load[REP_TEXT_NUMBER_SIZE], capacity[REP_TEXT_NUMBER_SIZE];
    printf("\r\033[K");
    rep_say("prompt", "name", desk->name, "state", desk->is_connected ? words_of(desk->state) : rep_text("is_lost"), "load",
            rep_text_number(rep_desk_load(desk), load), "capacity", rep_text_number(desk->capacity, capacity), NULL);
    for (size_t i = 0; i < desk->item_count; i++) {
        const struct rep_item *item = &desk->items[i];
        if (item->state == ITEM_OFFERED)
            printf(" | [%u] %u s", item->number,
                   (unsigned)(item->answer_until_ms > now_ms ? (item->answer_until_ms - now_ms + 999) / 1000 : 0));
        else if (item->state == ITEM_ENDING)
            say_seconds("prompt_ends", item->number, rep_undo_left_ms(&terminal->undo, item, now_ms));
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
