/* SPDX-License-Identifier: Apache-2.0 */
#include "floor_load.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "client_log.h"
#include "index_table.h"
#include "seeded.h"
#include "wall_clock.h"

enum {
    ITEMS_MAX = 64,              /* offers and holdings of one rep */
    CONTACTS_MAX = 48,           /* publishes on their way */
    MAILS_MAX = 64, MAILS_KEPT = 24,
    DIALS_MAX = 256,
    TOLD_MAX = 256,              /* recent idempotency ids, for repeats */
    BUSY_RETRY_MS = 20, LIMIT_MS = 300,        /* half of the publishes wait for ever, half so long */
    LATE_ANSWER_PERCENT = 8, IGNORED_PERCENT = 2, DECLINED_PERCENT = 10,
    REPEAT_PERCENT = 4,
    KIND_PHONE = 60, KIND_MAIL = 85,           /* of 100 kinds: below are forms, then calls, then mails */
};

enum phase { PHASE_NONE, PHASE_OFFERED, PHASE_ACCEPTING, PHASE_DECLINING, PHASE_CONNECTING, PHASE_DIALLED, PHASE_ASSIGNED, PHASE_COMPLETING };

struct item {
    enum phase phase;
    char lead[LW_LEAD_ID_TEXT_MAX];
    const char *disposition;
    uint32_t number, weight;
    uint64_t due_ms, ticket, told_in;
};

struct robot {
    struct lw_rep *session;
    char name[16];
    uint64_t welcomes, back_at_ms;    /* back_at_ms: when it logs on again; session is NULL */
    bool is_told;
    struct item items[ITEMS_MAX];
};

/* A publish until its final answer. */
struct contact { bool is_used, is_repeat; char id[32]; uint64_t ticket, retry_at_ms; unsigned kind; };
struct mail { char lead[LW_LEAD_ID_TEXT_MAX], id[32]; uint64_t ticket, retry_at_ms; };
struct dial { bool is_used; char lead[LW_LEAD_ID_TEXT_MAX]; uint32_t number; lw_dial_outcome outcome; uint64_t ticket, retry_at_ms; };

struct load {
    struct load_options options;
    struct seeded random;
    FILE *log;
    char publish_endpoint[160], reps_endpoint[160];
    struct lw_publisher *publisher;
    struct robot robots[LOAD_REPS];
    struct contact contacts[CONTACTS_MAX];
    struct mail mails[MAILS_MAX];
    struct dial dials[DIALS_MAX];
    struct { char id[32]; unsigned kind; } told[TOLD_MAX];
    unsigned robot_count, mail_count, ids_made, ids_before;
    bool draining;
    uint64_t begin_ms, now_ms;
    struct load_totals totals;
};

static void open_robot(struct load *load, unsigned number);
static void resume_contacts(struct load *load);
static void run_publisher(struct load *load);
static void take_publisher_answer(struct load *load, const struct lw_publisher_answer *answer);
static void send_contact(struct load *load, struct contact *contact);
static void add_contacts(struct load *load);
static void cancel_mails(struct load *load);
static void send_dials(struct load *load);
static void add_dial(struct load *load, const struct item *item);
static void run_robot(struct load *load, struct robot *robot);
static void take_event(struct load *load, struct robot *robot, const struct lw_rep_event *event);
static void take_offer(struct load *load, struct robot *robot, const struct lw_rep_event *event);
static void take_holding(struct load *load, struct robot *robot, const struct lw_rep_event *event);
static void take_answer(struct load *load, struct robot *robot, const struct lw_rep_event *event);
static void forget_untold(struct robot *robot);
static void act(struct load *load, struct robot *robot, struct item *item);
static void come_and_go(struct load *load, struct robot *robot);
static struct item *find_item(struct robot *robot, const char *lead, uint32_t number);
static struct item *free_item(struct load *load, struct robot *robot);
static void put_rep(struct load *load, const struct robot *robot, enum client_word word, const struct lw_rep_event *event);
static void put_item(struct load *load, const struct robot *robot, enum client_word word, const struct item *item, uint32_t outcome);
static void put_publisher(struct load *load, enum client_word word, const char *lead, uint32_t number, uint32_t outcome, const char *text);
static bool is_chance(struct load *load, unsigned percent);
static void must(struct load *load, bool good, const char *what);
static bool is_taken(lw_outcome outcome) { return outcome == LW_OUTCOME_ACCEPTED || outcome == LW_OUTCOME_DUPLICATE; }

void load_open(const struct load_options *options, struct load **out)
{
    struct load *load = calloc(1, sizeof *load);

    MUST_HOLD(load);
    load->options = *options;
    load->random.state = options->seed;
    load->begin_ms = wall_clock_monotonic_ms();
    load->log = client_log_open(options->log_path);
    snprintf(load->publish_endpoint, sizeof load->publish_endpoint, "ipc://%s/publish", options->run_dir);
    snprintf(load->reps_endpoint, sizeof load->reps_endpoint, "ipc://%s/reps", options->run_dir);
    struct lw_publisher_options publisher = {.endpoint = load->publish_endpoint, .desk = "main", .client = "floor", .resend_ms = 500};
    must(load, lw_publisher_open(&publisher, &load->publisher) == LW_OK, "the publisher opens");
    load->robot_count = options->is_apart ? options->rep_count : LOAD_REPS;
    if (options->is_apart && options->publisher)
        resume_contacts(load);
    for (unsigned i = 0; i < load->robot_count; i++)
        open_robot(load, i);
    *out = load;
}

void load_close(struct load **load)
{
    lw_publisher_close(&(*load)->publisher);
    for (unsigned i = 0; i < (*load)->robot_count; i++)
        lw_rep_close(&(*load)->robots[i].session, 0);
    fclose((*load)->log);
    free(*load);
    *load = NULL;
}

void load_turn(struct load *load, int max_wait_ms, int extra_fd)
{
    struct pollfd items[LOAD_REPS + 2];
    nfds_t count = 0;

    items[count++] = (struct pollfd){.fd = lw_publisher_fd(load->publisher), .events = POLLIN};
    items[count++] = (struct pollfd){.fd = extra_fd, .events = POLLIN};
    for (unsigned i = 0; i < load->robot_count; i++)
        if (load->robots[i].session)
            items[count++] = (struct pollfd){.fd = lw_rep_fd(load->robots[i].session), .events = POLLIN};
    poll(items, count, max_wait_ms);
    load->now_ms = wall_clock_monotonic_ms();
    for (unsigned i = 0; i < load->robot_count; i++)
        run_robot(load, &load->robots[i]);
    run_publisher(load);
    fflush(load->log);
}

void load_want_open(struct load *load, unsigned open_target)
{
    load->options.open_target = open_target;
}

void load_drain(struct load *load)
{
    load->draining = true;
}

bool load_is_drained(const struct load *load)
{
    return load->draining && load->totals.open == 0 && load->totals.unanswered == 0 && load->mail_count == 0;
}

void load_totals_read(const struct load *load, struct load_totals *out)
{
    *out = load->totals;
    out->sessions = out->items = 0;
    for (unsigned i = 0; i < load->robot_count; i++) {
        out->sessions += load->robots[i].is_told || !load->robots[i].session;
        for (unsigned k = 0; k < ITEMS_MAX; k++)
            out->items += load->robots[i].items[k].phase != PHASE_NONE;
    }
}

FILE *load_log(struct load *load)
{
    return load->log;
}

const char *load_rep_name(unsigned rep)
{
    static char names[LOAD_REPS + LOAD_REPS_APART + LOAD_REPS_PAGES][16];

    snprintf(names[rep], sizeof names[rep], "rep-%02u", rep);
    return names[rep];
}

static void open_robot(struct load *load, unsigned number)
{
    struct robot *robot = &load->robots[number];
    char secret[64];

    snprintf(robot->name, sizeof robot->name, "%s", load_rep_name(load->options.first_rep + number));
    snprintf(secret, sizeof secret, "secret-of-%s", robot->name);
    struct lw_rep_options options = {.endpoint = load->reps_endpoint, .desk = "main", .rep = robot->name, .secret = secret,
                                     .client = "floor"};
    must(load, lw_rep_open(&options, &robot->session) == LW_OK, "a rep's session opens");
}

/* ---- the publisher ---- */

static void run_publisher(struct load *load)
{
    struct lw_publisher_answer answer;

    send_dials(load);
    cancel_mails(load);
    add_contacts(load);
    for (unsigned i = 0; i < CONTACTS_MAX; i++) {
        struct contact *contact = &load->contacts[i];
        if (contact->is_used && contact->ticket == 0 && contact->retry_at_ms <= load->now_ms)
            send_contact(load, contact);
    }
    while (lw_publisher_next(load->publisher, &answer) == LW_OK)
        take_publisher_answer(load, &answer);
}

static bool has_publisher(const struct load *load)
{
    return !load->options.is_apart || load->options.publisher;
}

static bool is_ahead_of_rate(const struct load *load)
{
    return load->options.leads_per_s > 0 && load->ids_made - load->ids_before > (load->now_ms - load->begin_ms) * load->options.leads_per_s / 1000;
}

/* Of a process apart its number tells all of it: the next process knows it as well. It publishes no mails, which it would have to cancel. */
static void name_contact(struct load *load, unsigned number, struct contact *contact)
{
    if (load->options.is_apart) {
        snprintf(contact->id, sizeof contact->id, "%s-%u", load->options.publisher, number);
        contact->kind = index_hash_u64(number) % KIND_MAIL;
    } else {
        snprintf(contact->id, sizeof contact->id, "contact-%u", number);
        contact->kind = (unsigned)seeded_below(&load->random, 100);
    }
}

/* What the log says was asked and not that it was answered, by the process that was here before. */
static void resume_contacts(struct load *load)
{
    struct client_line line;
    const size_t prefix = strlen(load->options.publisher);
    FILE *log = fopen(load->options.log_path, "re");

    MUST_HOLD(log);
    while (client_log_next(log, &line)) {
        unsigned number = 0, free_place = CONTACTS_MAX, place = CONTACTS_MAX;
        if (line.word != CLIENT_PUBLISHING && line.word != CLIENT_PUBLISHED)
            continue;
        if (strncmp(line.text, load->options.publisher, prefix) != 0 || sscanf(line.text + prefix, "-%u", &number) != 1)
            continue;
        for (unsigned i = 0; i < CONTACTS_MAX; i++) {
            if (load->contacts[i].is_used && strcmp(load->contacts[i].id, line.text) == 0)
                place = i;
            else if (!load->contacts[i].is_used)
                free_place = i;
        }
        load->ids_made = number > load->ids_made ? number : load->ids_made;
        if (line.word == CLIENT_PUBLISHED) {
            if (place < CONTACTS_MAX && line.outcome != LW_OUTCOME_BUSY)
                load->contacts[place].is_used = false;
        } else if (place == CONTACTS_MAX) {
            must(load, free_place < CONTACTS_MAX, "no more is unanswered than there may be");
            name_contact(load, number, &load->contacts[free_place]);
            load->contacts[free_place].is_used = true;
        }
    }
    fclose(log);
    for (unsigned i = 0; i < CONTACTS_MAX; i++)
        load->totals.unanswered += load->contacts[i].is_used;
    load->ids_before = load->ids_made;
}

static void add_contacts(struct load *load)
{
    for (unsigned i = 0; i < CONTACTS_MAX && !load->draining && has_publisher(load); i++) {
        struct contact *contact = &load->contacts[i];
        if (contact->is_used)
            continue;
        if (load->totals.open + load->totals.unanswered >= load->options.open_target)
            return;
        if (is_ahead_of_rate(load))
            return;
        *contact = (struct contact){.is_used = true};
        unsigned old = (unsigned)seeded_below(&load->random, TOLD_MAX);
        contact->is_repeat = is_chance(load, REPEAT_PERCENT) && *load->told[old].id;
        if (contact->is_repeat) {
            memcpy(contact->id, load->told[old].id, sizeof contact->id);
            contact->kind = load->told[old].kind;
        } else {
            name_contact(load, ++load->ids_made, contact);
        }
        load->totals.unanswered++;
    }
}

static void send_contact(struct load *load, struct contact *contact)
{
    static const char *const languages[] = {"it", "de", "en"};
    unsigned kind = contact->kind;
    struct lw_lead lead = {.source = "floor", .full_name = contact->id, .language = load->options.is_apart ? LOAD_LANGUAGE_APART : languages[kind % 3]};

    lead.channel = kind < KIND_PHONE ? LW_CHANNEL_WEB : kind < KIND_MAIL ? LW_CHANNEL_PHONE : LW_CHANNEL_EMAIL;
    if (lead.channel == LW_CHANNEL_PHONE)
        lead.call_id = contact->id;
    lw_status status = lw_publisher_publish(load->publisher, contact->id, 1700000000000, &lead, kind % 2 == 0 ? 0 : LIMIT_MS, &contact->ticket);
    must(load, status == LW_OK || status == LW_FULL, "a lead can be published");
    if (status == LW_OK)
        put_publisher(load, CLIENT_PUBLISHING, "", 0, 0, contact->id);
}

static void take_publisher_answer(struct load *load, const struct lw_publisher_answer *answer)
{
    for (unsigned i = 0; i < CONTACTS_MAX; i++) {
        struct contact *contact = &load->contacts[i];
        if (!contact->is_used || contact->ticket != answer->ticket)
            continue;
        put_publisher(load, CLIENT_PUBLISHED, answer->lead_id, 0, (uint32_t)answer->outcome, contact->id);
        if (answer->outcome == LW_OUTCOME_BUSY) {
            contact->ticket = 0;
            contact->retry_at_ms = load->now_ms + BUSY_RETRY_MS;
            load->totals.busy++;
            return;
        }
        contact->is_used = false;
        load->totals.unanswered--;
        load->totals.duplicates += contact->is_repeat;
        if (contact->is_repeat || !is_taken(answer->outcome))
            return;
        load->totals.published++;
        load->totals.open++;
        unsigned place = load->totals.published % TOLD_MAX;
        memcpy(load->told[place].id, contact->id, sizeof contact->id);
        load->told[place].kind = contact->kind;
        if (contact->kind >= KIND_MAIL && load->mail_count < MAILS_MAX) {
            struct mail *mail = &load->mails[load->mail_count++];
            *mail = (struct mail){0};
            snprintf(mail->lead, sizeof mail->lead, "%s", answer->lead_id);
            memcpy(mail->id, contact->id, sizeof mail->id);
        }
        return;
    }
    for (unsigned i = 0; i < load->mail_count; i++) {
        struct mail *mail = &load->mails[i];
        if (mail->ticket != answer->ticket)
            continue;
        mail->ticket = 0;
        mail->retry_at_ms = load->now_ms + BUSY_RETRY_MS;
        if (answer->outcome == LW_OUTCOME_BUSY)
            return;
        put_publisher(load, CLIENT_CANCELLED, mail->lead, 0, (uint32_t)answer->outcome, "");
        load->totals.cancelled++;
        load->totals.open--;
        memmove(mail, mail + 1, (load->mail_count - i - 1) * sizeof *mail);
        load->mail_count--;
        return;
    }
    for (unsigned i = 0; i < DIALS_MAX; i++) {
        struct dial *dial = &load->dials[i];
        if (!dial->is_used || dial->ticket != answer->ticket)
            continue;
        dial->ticket = 0;
        dial->retry_at_ms = load->now_ms + BUSY_RETRY_MS;
        dial->is_used = answer->outcome == LW_OUTCOME_BUSY;
        load->totals.dialled += !dial->is_used;
        return;
    }
}

static void cancel_mails(struct load *load)
{
    unsigned kept = load->draining ? 0 : MAILS_KEPT;

    for (unsigned i = 0; i + kept < load->mail_count; i++) {
        struct mail *mail = &load->mails[i];
        struct lw_lead_name name = {.source = "floor", .idempotency_id = mail->id};
        if (mail->ticket == 0 && mail->retry_at_ms <= load->now_ms)
            must(load, lw_publisher_cancel(load->publisher, &name, "withdrawn", 0, &mail->ticket) == LW_OK, "a lead can be cancelled");
    }
}

static void add_dial(struct load *load, const struct item *item)
{
    static const lw_dial_outcome failures[] = {LW_DIAL_NO_ANSWER, LW_DIAL_BUSY, LW_DIAL_FAILED};

    for (unsigned i = 0; i < DIALS_MAX; i++) {
        struct dial *dial = &load->dials[i];
        if (dial->is_used)
            continue;
        *dial = (struct dial){.is_used = true, .number = item->number, .outcome = LW_DIAL_ANSWERED};
        snprintf(dial->lead, sizeof dial->lead, "%s", item->lead);
        if (is_chance(load, 20))
            dial->outcome = failures[seeded_below(&load->random, 3)];
        put_publisher(load, CLIENT_DIALLING, dial->lead, dial->number, (uint32_t)dial->outcome, "");
        return;
    }
    must(load, false, "there is room for a dial result");
}

static void send_dials(struct load *load)
{
    for (unsigned i = 0; i < DIALS_MAX; i++) {
        struct dial *dial = &load->dials[i];
        if (dial->is_used && dial->ticket == 0 && dial->retry_at_ms <= load->now_ms)
            must(load, lw_publisher_dial_result(load->publisher, dial->lead, dial->number, dial->outcome, "", 0, &dial->ticket) == LW_OK,
                 "a dial result can be told");
    }
}

/* ---- the reps ---- */

static void run_robot(struct load *load, struct robot *robot)
{
    struct lw_rep_event event;

    come_and_go(load, robot);
    if (!robot->session)
        return;
    while (lw_rep_next(robot->session, &event) == LW_OK)
        take_event(load, robot, &event);
    for (unsigned i = 0; i < ITEMS_MAX; i++)
        if (robot->items[i].phase != PHASE_NONE && robot->items[i].due_ms <= load->now_ms)
            act(load, robot, &robot->items[i]);
}

static void take_event(struct load *load, struct robot *robot, const struct lw_rep_event *event)
{
    struct item *item;

    switch (event->kind) {
    case LW_REP_WELCOME:
        robot->welcomes++;
        robot->is_told = false;
        put_rep(load, robot, CLIENT_WELCOME, event);
        break;
    case LW_REP_LOST:
        robot->is_told = false;
        put_rep(load, robot, CLIENT_LOST, event);
        break;
    case LW_REP_NUDGE:
    case LW_REP_PULL_LIST:
    case LW_REP_CHOICES:
    case LW_REP_DAY:
    case LW_REP_SNAPSHOT:
        robot->is_told = true;
        forget_untold(robot);
        put_rep(load, robot, CLIENT_SNAPSHOT, event);
        break;
    case LW_REP_OFFER: take_offer(load, robot, event); break;
    case LW_REP_HOLDING: take_holding(load, robot, event); break;
    case LW_REP_WITHDRAWN:
        put_rep(load, robot, CLIENT_WITHDRAWN, event);
        item = find_item(robot, event->lead_id, event->offer_number);
        if (item && item->phase != PHASE_COMPLETING)     /* it may have ended just so: the answer to that still comes */
            item->phase = PHASE_NONE;
        break;
    case LW_REP_STATUS: put_rep(load, robot, CLIENT_STATUS, event); break;
    case LW_REP_ANSWER: take_answer(load, robot, event); break;
    case LW_REP_REFUSED: put_rep(load, robot, CLIENT_REFUSED, event); break;
    case LW_REP_NONE: break;
    }
}

static void take_offer(struct load *load, struct robot *robot, const struct lw_rep_event *event)
{
    struct item *item = find_item(robot, event->lead_id, event->offer_number);

    put_rep(load, robot, CLIENT_OFFER, event);
    load->totals.offers++;
    load->totals.resumed_offers += event->resumed != 0;
    if (!item) {
        item = free_item(load, robot);
        *item = (struct item){.phase = PHASE_OFFERED, .number = event->offer_number, .weight = event->weight};
        snprintf(item->lead, sizeof item->lead, "%s", event->lead_id);
        uint64_t think_ms = seeded_below(&load->random, 30);
        if (is_chance(load, IGNORED_PERCENT))
            think_ms = 60000;
        else if (is_chance(load, LATE_ANSWER_PERCENT))
            think_ms = 200 + seeded_below(&load->random, 1000);
        item->due_ms = load->now_ms + think_ms;
    }
    item->told_in = robot->welcomes;
}

static void take_holding(struct load *load, struct robot *robot, const struct lw_rep_event *event)
{
    struct item *item = find_item(robot, event->lead_id, event->offer_number);
    enum phase phase = event->lead_state == LW_LEAD_CONNECTING ? PHASE_CONNECTING : PHASE_ASSIGNED;

    put_rep(load, robot, CLIENT_HOLDING, event);
    if (!item) {
        item = free_item(load, robot);
        *item = (struct item){.number = event->offer_number, .weight = event->weight};
        snprintf(item->lead, sizeof item->lead, "%s", event->lead_id);
    }
    if (phase > item->phase) {            /* what is on its way already is not begun anew */
        item->phase = phase;
        item->due_ms = load->now_ms + (phase == PHASE_ASSIGNED ? 50 + seeded_below(&load->random, 400) : seeded_below(&load->random, 150));
    }
    item->told_in = robot->welcomes;
}

static void take_answer(struct load *load, struct robot *robot, const struct lw_rep_event *event)
{
    static const enum client_word answered[] = {[PHASE_ACCEPTING] = CLIENT_ACCEPTED, [PHASE_DECLINING] = CLIENT_DECLINED,
                                                [PHASE_COMPLETING] = CLIENT_COMPLETED};

    for (unsigned i = 0; i < ITEMS_MAX; i++) {
        struct item *item = &robot->items[i];
        if (item->phase == PHASE_NONE || item->ticket != event->ticket)
            continue;
        /* An accepted offer may be told as a holding before its answer comes. */
        enum phase asked = item->phase == PHASE_DECLINING || item->phase == PHASE_COMPLETING ? item->phase : PHASE_ACCEPTING;
        put_item(load, robot, answered[asked], item, (uint32_t)event->outcome);
        item->ticket = 0;
        bool is_good = is_taken(event->outcome);
        if (asked == PHASE_COMPLETING && is_good) {
            load->totals.completed++;
            load->totals.open--;
        }
        if (asked != PHASE_ACCEPTING || !is_good)
            item->phase = PHASE_NONE;
        return;
    }
}

/* After a snapshot: what was not told again is no longer ours. */
static void forget_untold(struct robot *robot)
{
    for (unsigned i = 0; i < ITEMS_MAX; i++) {
        struct item *item = &robot->items[i];
        if (item->told_in < robot->welcomes && item->phase != PHASE_COMPLETING)    /* its answer still comes */
            item->phase = PHASE_NONE;
    }
}

static void act(struct load *load, struct robot *robot, struct item *item)
{
    static const char *const dispositions[] = {"won", "lost", "later"};
    char id[80];

    item->due_ms = UINT64_MAX;
    if (item->phase == PHASE_OFFERED && is_chance(load, DECLINED_PERCENT)) {
        item->phase = PHASE_DECLINING;
        put_item(load, robot, CLIENT_DECLINING, item, 0);
        must(load, lw_rep_decline(robot->session, item->lead, item->number, "busy", &item->ticket) == LW_OK, "an offer can be declined");
        load->totals.declined++;
    } else if (item->phase == PHASE_OFFERED) {
        item->phase = PHASE_ACCEPTING;
        put_item(load, robot, CLIENT_ACCEPTING, item, 0);
        must(load, lw_rep_accept(robot->session, item->lead, item->number, &item->ticket) == LW_OK, "an offer can be accepted");
    } else if (item->phase == PHASE_CONNECTING) {
        item->phase = PHASE_DIALLED;
        add_dial(load, item);
    } else if (item->phase == PHASE_ASSIGNED) {
        item->phase = PHASE_COMPLETING;
        item->disposition = dispositions[item->lead[strlen(item->lead) - 1] % 3];
        put_item(load, robot, CLIENT_COMPLETING, item, 0);
        snprintf(id, sizeof id, "complete-%s", item->lead);
        must(load, lw_rep_complete(robot->session, item->lead, item->disposition, "", id, &item->ticket) == LW_OK, "a lead can be completed");
    }
}

/* Now and then a rep goes home, or the computer dies; a while later the rep is back, with nothing on the screen. */
static void come_and_go(struct load *load, struct robot *robot)
{
    unsigned number = (unsigned)(robot - load->robots);

    if (!robot->session && (robot->back_at_ms <= load->now_ms || load->draining))
        open_robot(load, number);
    if (load->options.steady_reps || load->draining || !robot->is_told || seeded_below(&load->random, 20000) > 0)
        return;
    for (unsigned i = 0; i < ITEMS_MAX; i++)
        if (robot->items[i].phase == PHASE_COMPLETING)     /* its answer would go unseen */
            return;
    bool says_bye = is_chance(load, 50);
    struct client_line line = {.word = CLIENT_CLOSED};
    snprintf(line.who, sizeof line.who, "%s", robot->name);
    snprintf(line.text, sizeof line.text, "%s", says_bye ? "bye" : "drop");
    client_log_put(load->log, &line);
    lw_rep_close(&robot->session, says_bye);
    memset(robot->items, 0, sizeof robot->items);
    robot->is_told = false;
    robot->back_at_ms = load->now_ms + seeded_below(&load->random, 300);
}

static struct item *find_item(struct robot *robot, const char *lead, uint32_t number)
{
    for (unsigned i = 0; i < ITEMS_MAX; i++) {
        struct item *item = &robot->items[i];
        if (item->phase != PHASE_NONE && item->number == number && strcmp(item->lead, lead) == 0)
            return item;
    }
    return NULL;
}

static struct item *free_item(struct load *load, struct robot *robot)
{
    for (unsigned i = 0; i < ITEMS_MAX; i++)
        if (robot->items[i].phase == PHASE_NONE)
            return &robot->items[i];
    must(load, false, "a rep has room for what it is told");
    return NULL;
}

/* ---- the log ---- */

static void put_rep(struct load *load, const struct robot *robot, enum client_word word, const struct lw_rep_event *event)
{
    struct client_line line = {.word = word, .epoch = event->epoch, .number = event->offer_number, .weight = event->weight};

    snprintf(line.who, sizeof line.who, "%s", robot->name);
    snprintf(line.lead, sizeof line.lead, "%s", event->lead_id);
    snprintf(line.text, sizeof line.text, "%s", event->reason);
    if (word == CLIENT_OFFER)
        line.outcome = (uint32_t)event->resumed;
    else if (word == CLIENT_HOLDING)
        line.outcome = (uint32_t)event->lead_state;
    if (word == CLIENT_STATUS) {
        line.number = event->capacity;
        line.weight = event->load;
    }
    client_log_put(load->log, &line);
}

static void put_item(struct load *load, const struct robot *robot, enum client_word word, const struct item *item, uint32_t outcome)
{
    struct client_line line = {.word = word, .number = item->number, .weight = item->weight, .outcome = outcome};

    snprintf(line.who, sizeof line.who, "%s", robot->name);
    snprintf(line.lead, sizeof line.lead, "%s", item->lead);
    snprintf(line.text, sizeof line.text, "%s", item->disposition ? item->disposition : "");
    client_log_put(load->log, &line);
}

static void put_publisher(struct load *load, enum client_word word, const char *lead, uint32_t number, uint32_t outcome, const char *text)
{
    struct client_line line = {.word = word, .number = number, .outcome = outcome};

    snprintf(line.who, sizeof line.who, "publisher");
    snprintf(line.lead, sizeof line.lead, "%s", lead);
    snprintf(line.text, sizeof line.text, "%s", text);
    client_log_put(load->log, &line);
}

static bool is_chance(struct load *load, unsigned percent)
{
    return seeded_below(&load->random, 100) < percent;
}

static void must(struct load *load, bool good, const char *what)
{
    if (good)
        return;
    fflush(load->log);
    fprintf(stderr, "floor_load: does not hold: %s\n", what);
    exit(1);
}
