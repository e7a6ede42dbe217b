/* SPDX-License-Identifier: Apache-2.0 */
#include "adapter_play.h"

#include <poll.h>
#include <string.h>

#include "cli.h"
#include "wall_clock.h"

enum {
    HELLO_LATEST_MS = 3000,         /* the longest interval, with slack */
    HELLO_WATCH_MS = 1000,
    HELLOS_AT_MOST = 12,            /* in that time */
    HELLO_HINT_MS = 1000,
    CROSSING_HELLO_MS = 300,        /* a Hello may be under way when the answer to the last one is sent */
    HELLO_WAITS_TRIES = 3,          /* on a machine with much to do it may be under way for longer, but not each time */
    COMES_BACK_MS = 15000,          /* with a Hello, after its session or connection ended; patience that is less counts */
    HELLOS_IN_VAIN = 3,             /* after a Welcome: it was not taken for one */
    VERSION_WATCH_MS = 3000,
    VERSION_HELLOS_AT_MOST = 3,
    BUSY_FIRST_MS = 700, BUSY_AGAIN_MS = 400, BUSY_ROOM_MS = 300,
    SLOW_MS = ADAPTER_SILENT_MS + 1500,
    SLOW_TURN_MS = 100,
    UNKNOWN_FRAMES = 150,
    GATHER_MS = 700,
    AWAY_MS = 300,
    SHORT_PATIENCE_MS = 2000,       /* once it is known that nothing is sent again */
    STATUS_OF_LATER = 99,
};

struct play {
    struct adapter_broker *broker;
    const struct adapter_play_options *options;
    bool is_over;                   /* the adapter is gone, or the endpoint */
    lw_status status;
};

/* By a signal, or at a failure. */
static bool is_ending(const struct play *play)
{
    return cli_stopped() || (play->options->ends_at_failure && adapter_rules_count(&play->broker->rules, ADAPTER_FAIL) > 0);
}

static uint64_t after(uint64_t ms)
{
    return wall_clock_monotonic_ms() + ms;
}

static uint64_t comes_back_ms(const struct play *play)
{
    return play->options->patience_ms < COMES_BACK_MS ? play->options->patience_ms : COMES_BACK_MS;
}

/* False: it ends before. */
static bool pass_time(struct play *play, uint64_t ms)
{
    const uint64_t until_ms = after(ms);
    while (!is_ending(play) && wall_clock_monotonic_ms() < until_ms)
        adapter_broker_turn(play->broker, until_ms);
    return !is_ending(play);
}

static bool wait_for_hello(struct play *play, unsigned count, uint64_t ms)
{
    const uint64_t until_ms = after(ms);
    while (play->broker->hellos < count && !is_ending(play) && wall_clock_monotonic_ms() < until_ms)
        adapter_broker_turn(play->broker, until_ms);
    return play->broker->hellos >= count;
}

static bool wait_for_session(struct play *play, uint64_t ms)
{
    const uint64_t until_ms = after(ms);
    while (!play->broker->is_open && !is_ending(play) && wall_clock_monotonic_ms() < until_ms)
        adapter_broker_turn(play->broker, until_ms);
    return play->broker->is_open;
}

static struct adapter_lead *oldest_unanswered(struct adapter_broker *broker)
{
    for (size_t i = 0; i < broker->lead_count; i++)
        if (!broker->leads[i].is_final && broker->leads[i].unanswered > 0)
            return &broker->leads[i];
    return NULL;
}

/* The lead that a scene is about. NULL: none comes any more. */
static struct adapter_lead *next_lead(struct play *play)
{
    const uint64_t until_ms = after(play->options->patience_ms);
    struct adapter_lead *lead = NULL;
    while (!play->is_over && !(lead = oldest_unanswered(play->broker)) && !is_ending(play) && wall_clock_monotonic_ms() < until_ms)
        adapter_broker_turn(play->broker, until_ms);
    if (!lead)
        play->is_over = true;
    return lead;
}

/* Others must not keep it from coming by taking the credit, which what was lost may still take as well. */
static void make_room(struct adapter_broker *broker)
{
    struct adapter_lead *other = oldest_unanswered(broker);
    if (other)
        adapter_broker_answer(broker, other, LEADWIRE__V1__STATUS__STATUS_BUSY, ADAPTER_RULE_BUSY, BUSY_ROOM_MS);
}

static bool forgets(const struct play *play)
{
    const struct adapter_rules *rules = &play->broker->rules;
    return adapter_rule_failed(rules, ADAPTER_RULE_RESEND) || adapter_rule_failed(rules, ADAPTER_RULE_SAME_ID);
}

/* True when the lead came again and waits for its answer. If not, `breaks` is broken, or it came under another id. */
static bool is_asked_again(struct play *play, struct adapter_lead *lead, enum adapter_rule breaks)
{
    const uint64_t patience_ms = forgets(play) ? SHORT_PATIENCE_MS : play->options->patience_ms;
    const uint64_t until_ms = after(patience_ms);
    while (lead->unanswered == 0 && !is_ending(play) && wall_clock_monotonic_ms() < until_ms) {
        make_room(play->broker);
        adapter_broker_turn(play->broker, until_ms);
    }
    if (lead->unanswered > 0)
        return true;
    lead->is_final = true;   /* nobody waits for it any more */
    lead->breaks = ADAPTER_RULE_NONE;
    if (!forgets(play) && !is_ending(play))
        adapter_rule_fail(&play->broker->rules, breaks, "'%.64s' had no final answer and did not come again within %llu ms", lead->id,
                          (unsigned long long)patience_ms);
    return false;
}

static void accept_again(struct play *play, struct adapter_lead *lead, enum adapter_rule rule)
{
    if (!is_asked_again(play, lead, rule))
        return;
    adapter_rule_pass(&play->broker->rules, rule, "");
    adapter_broker_answer(play->broker, lead, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, ADAPTER_RULE_TAKEN, 0);
}

/* ---- how it begins ---- */

static void scene_hello_again(struct play *play)
{
    struct adapter_broker *broker = play->broker;
    broker->hello = ADAPTER_IGNORES;
    if (!wait_for_hello(play, 1, play->options->wait_ms)) {
        play->is_over = true;
        play->status = LW_TIMEOUT;
        return;
    }
    const uint64_t first_ms = broker->hello_ms;
    const bool again = wait_for_hello(play, 2, HELLO_LATEST_MS);
    const uint64_t passed_ms = wall_clock_monotonic_ms() - first_ms;
    if (again && passed_ms < HELLO_WATCH_MS)
        pass_time(play, HELLO_WATCH_MS - passed_ms);
    if (!again)
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_HELLO_AGAIN, "no second Hello within %d ms", HELLO_LATEST_MS);
    else if (broker->hellos > HELLOS_AT_MOST)
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_HELLO_AGAIN, "%u Hellos within %d ms", broker->hellos, HELLO_WATCH_MS);
    else
        adapter_rule_pass(&broker->rules, ADAPTER_RULE_HELLO_AGAIN, "");
}

/* False: it came again too early. Nothing came at all: the play is over. */
static bool waits_for_next_hello(struct play *play)
{
    struct adapter_broker *broker = play->broker;
    broker->hellos = 0;
    if (!wait_for_hello(play, 1, comes_back_ms(play))) {
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_HELLO_WAITS, "no Hello came any more");
        play->is_over = true;
        return false;
    }
    pass_time(play, CROSSING_HELLO_MS);
    broker->hellos = 0;
    pass_time(play, HELLO_HINT_MS - CROSSING_HELLO_MS - 50);
    return broker->hellos == 0;
}

static void scene_hello_waits(struct play *play)
{
    struct adapter_broker *broker = play->broker;
    broker->hello = ADAPTER_SAYS_BUSY;
    broker->hello_hint_ms = HELLO_HINT_MS;
    bool waits = false;
    for (unsigned i = 0; i < HELLO_WAITS_TRIES && !waits && !play->is_over; i++)
        waits = waits_for_next_hello(play);
    if (waits)
        adapter_rule_pass(&broker->rules, ADAPTER_RULE_HELLO_WAITS, "");
    else if (!play->is_over)
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_HELLO_WAITS, "Hello came again before retry_after_ms (%d) was over", HELLO_HINT_MS);
}

static void scene_redirect(struct play *play)
{
    struct adapter_broker *broker = play->broker;
    broker->hello = ADAPTER_SAYS_NOT_OWNER;
    broker->hellos = broker->outside = 0;
    const bool comes = wait_for_hello(play, 1, comes_back_ms(play));
    pass_time(play, HELLO_WATCH_MS);
    const unsigned hellos = broker->hellos, outside = broker->outside;
    broker->hello = ADAPTER_WELCOMES;
    if (!comes || !wait_for_session(play, comes_back_ms(play))) {
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_REDIRECT, "no Hello within %llu ms after STATUS_NOT_OWNER",
                          (unsigned long long)comes_back_ms(play));
        play->is_over = true;
    } else if (hellos > 3) {
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_REDIRECT, "%u Hellos within a second of STATUS_NOT_OWNER", hellos);
    } else if (outside > 0) {
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_REDIRECT, "it published to a broker that had said STATUS_NOT_OWNER");
    } else {
        adapter_rule_pass(&broker->rules, ADAPTER_RULE_REDIRECT, "");
    }
}

/* ---- what an answer may be ---- */

static void scene_taken(struct play *play)
{
    struct adapter_broker *broker = play->broker;
    broker->hellos = 0;
    struct adapter_lead *lead = next_lead(play);
    if (!lead && broker->hellos >= HELLOS_IN_VAIN && !is_ending(play))
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_UNKNOWN_FIELDS, "%u Hellos after a Welcome, which has fields that nobody knows",
                          broker->hellos);
    if (lead && pass_time(play, GATHER_MS))   /* who floods does it now */
        adapter_broker_answer(play->broker, lead, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, ADAPTER_RULE_TAKEN, 0);
    lead = next_lead(play);
    if (!lead)
        return;
    adapter_broker_answer(play->broker, lead, LEADWIRE__V1__STATUS__STATUS_DUPLICATE, ADAPTER_RULE_TAKEN, 0);
    adapter_rule_pass(&play->broker->rules, ADAPTER_RULE_TAKEN, "");
}

static void scene_busy(struct play *play)
{
    struct adapter_lead *lead = next_lead(play);
    if (!lead)
        return;
    adapter_broker_answer(play->broker, lead, LEADWIRE__V1__STATUS__STATUS_BUSY, ADAPTER_RULE_BUSY, BUSY_FIRST_MS);
    if (!is_asked_again(play, lead, ADAPTER_RULE_BUSY))
        return;
    adapter_broker_answer(play->broker, lead, LEADWIRE__V1__STATUS__STATUS_BUSY, ADAPTER_RULE_BUSY, BUSY_AGAIN_MS);
    accept_again(play, lead, ADAPTER_RULE_BUSY);
}

static void scene_unknown_fields(struct play *play)
{
    struct adapter_lead *lead = next_lead(play);
    if (!lead)
        return;
    adapter_broker_answer_more(play->broker, lead, ADAPTER_RULE_UNKNOWN_FIELDS);
    adapter_rule_pass(&play->broker->rules, ADAPTER_RULE_UNKNOWN_FIELDS, "");
}

/* An answer that takes longer than three heartbeats, behind many frames that nobody knows. */
static void scene_slow_answer(struct play *play)
{
    struct adapter_broker *broker = play->broker;
    struct adapter_lead *lead = next_lead(play);
    if (!lead)
        return;
    const uint64_t session = broker->session, start_ms = wall_clock_monotonic_ms();
    adapter_broker_say_unknown(broker, UNKNOWN_FRAMES);
    const uint64_t sent = broker->sent;
    while (broker->session == session && broker->is_open && broker->confirmed < sent && !is_ending(play)
           && (wall_clock_monotonic_ms() < start_ms + SLOW_MS || broker->silent_ms > ADAPTER_HEARTBEAT_MS))   /* not judged yet */
        adapter_broker_turn(broker, after(SLOW_TURN_MS));
    const bool was_silent = adapter_rule_failed(&broker->rules, ADAPTER_RULE_HEARTBEAT);
    if (!was_silent && (broker->session != session || !broker->is_open))
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_UNKNOWN_TYPES, "frames of a type that it did not know ended its session");
    else if (!was_silent && broker->confirmed < sent)
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_COUNT, "%llu of %llu frames were confirmed within %d ms",
                          (unsigned long long)broker->confirmed, (unsigned long long)sent, SLOW_MS);
    else if (!was_silent)
        adapter_rule_pass(&broker->rules, ADAPTER_RULE_COUNT, "");
    const uint64_t passed_ms = wall_clock_monotonic_ms() - start_ms;
    if (passed_ms < SLOW_MS)
        pass_time(play, SLOW_MS - passed_ms);
    adapter_rule_pass(&broker->rules, ADAPTER_RULE_HEARTBEAT, "");
    accept_again(play, lead, ADAPTER_RULE_UNKNOWN_TYPES);
}

static void scene_answer_lost(struct play *play)
{
    struct adapter_lead *lead = next_lead(play);
    if (!lead)
        return;
    adapter_broker_forget_requests(play->broker, lead);
    accept_again(play, lead, ADAPTER_RULE_RESEND);
}

static void scene_epoch(struct play *play)
{
    struct adapter_lead *lead = adapter_rule_failed(&play->broker->rules, ADAPTER_RULE_RESEND) ? NULL : next_lead(play);
    if (!lead)
        return;
    adapter_broker_answer_stale(play->broker, lead);
    adapter_broker_forget_requests(play->broker, lead);
    accept_again(play, lead, ADAPTER_RULE_EPOCH);
}

static void scene_refused(struct play *play)
{
    static const Leadwire__V1__Status refusals[] = {
        LEADWIRE__V1__STATUS__STATUS_REJECTED, LEADWIRE__V1__STATUS__STATUS_DUPLICATE_DIFFERS,
        LEADWIRE__V1__STATUS__STATUS_TOO_LARGE, (Leadwire__V1__Status)STATUS_OF_LATER,
    };
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct adapter_lead *lead = next_lead(play);
        if (!lead)
            return;
        adapter_broker_answer(play->broker, lead, refusals[i], ADAPTER_RULE_REFUSED, 0);
    }
    if (next_lead(play))
        adapter_rule_pass(&play->broker->rules, ADAPTER_RULE_REFUSED, "");
}

/* The last one first, and the first one BUSY: who takes answers as they come mistakes it. */
static void scene_any_order(struct play *play)
{
    struct adapter_broker *broker = play->broker;
    struct adapter_lead *first = next_lead(play);
    if (!first || !pass_time(play, GATHER_MS))
        return;
    unsigned others = 0;
    for (size_t i = broker->lead_count; i > 0; i--) {
        struct adapter_lead *lead = &broker->leads[i - 1];
        if (lead->is_final || lead->unanswered == 0 || lead == first)
            continue;
        adapter_broker_answer(broker, lead, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, ADAPTER_RULE_ANY_ORDER, 0);
        others++;
    }
    adapter_broker_answer(broker, first, LEADWIRE__V1__STATUS__STATUS_BUSY, ADAPTER_RULE_ANY_ORDER, BUSY_AGAIN_MS);
    accept_again(play, first, ADAPTER_RULE_ANY_ORDER);
    if (others == 0)
        adapter_rule_pass(&broker->rules, ADAPTER_RULE_ANY_ORDER, "it asks one at a time");
}

/* ---- how a session ends ---- */

/* After its end a Hello must come, or `rule` is broken, and then the lead. */
static void expect_return(struct play *play, struct adapter_lead *lead, enum adapter_rule rule)
{
    if (!wait_for_session(play, comes_back_ms(play))) {
        adapter_rule_fail(&play->broker->rules, rule, "no Hello within %llu ms", (unsigned long long)comes_back_ms(play));
        play->is_over = true;
        return;
    }
    adapter_rule_pass(&play->broker->rules, rule, "");
    if (is_asked_again(play, lead, ADAPTER_RULE_RESEND))
        adapter_broker_answer(play->broker, lead, LEADWIRE__V1__STATUS__STATUS_ACCEPTED, ADAPTER_RULE_TAKEN, 0);
}

static void scene_no_session(struct play *play)
{
    struct adapter_lead *lead = next_lead(play);
    if (!lead)
        return;
    adapter_broker_say_no_session(play->broker, lead->requests[0]);
    expect_return(play, lead, ADAPTER_RULE_NO_SESSION);
}

static void scene_bye(struct play *play)
{
    struct adapter_lead *lead = next_lead(play);
    if (!lead)
        return;
    adapter_broker_say_bye(play->broker, "slow");
    expect_return(play, lead, ADAPTER_RULE_BYE);
}

static void scene_silence(struct play *play)
{
    struct adapter_broker *broker = play->broker;
    struct adapter_lead *lead = next_lead(play);
    if (!lead)
        return;
    broker->is_mute = true;
    broker->is_new_connection = false;
    const uint64_t wait_ms = ADAPTER_SILENT_MS + comes_back_ms(play), until_ms = after(wait_ms);
    while (!broker->is_new_connection && !is_ending(play) && wall_clock_monotonic_ms() < until_ms)
        adapter_broker_turn(broker, until_ms);
    broker->is_mute = false;
    if (!broker->is_new_connection)
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_SILENCE, "no new connection, though nothing was heard for %llu ms",
                          (unsigned long long)wait_ms);
    expect_return(play, lead, ADAPTER_RULE_SILENCE);
}

/* False: the endpoint is lost. */
static bool restart(struct play *play)
{
    adapter_broker_stop(play->broker);
    poll(NULL, 0, AWAY_MS);
    play->broker->hellos = play->broker->outside = 0;
    if (adapter_broker_start(play->broker) == LW_OK)
        return true;
    play->is_over = true;
    play->status = LW_INVALID;
    return false;
}

static void scene_restart(struct play *play)
{
    struct adapter_lead *lead = next_lead(play);
    if (lead && restart(play))
        expect_return(play, lead, ADAPTER_RULE_RESTART);
}

/* ---- how it all ends ---- */

/* What had no answer when a session ended. */
static void scene_nothing_forgotten(struct play *play)
{
    for (size_t i = 0; i < play->broker->lead_count && !play->is_over; i++) {
        struct adapter_lead *lead = &play->broker->leads[i];
        if (!lead->is_final && lead->busy_until_ms == 0)
            (void)is_asked_again(play, lead, ADAPTER_RULE_RESEND);
    }
}

static void scene_version(struct play *play)
{
    struct adapter_broker *broker = play->broker;
    if (!next_lead(play))
        return;
    broker->hello = ADAPTER_SAYS_VERSION;
    if (!restart(play))
        return;
    if (!wait_for_hello(play, 1, comes_back_ms(play))) {
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_VERSION, "no Hello within %llu ms",
                          (unsigned long long)comes_back_ms(play));
        return;
    }
    broker->outside = 0;
    pass_time(play, VERSION_WATCH_MS);
    if (broker->outside > 0)
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_VERSION, "it published after STATUS_VERSION");
    else if (broker->hellos > VERSION_HELLOS_AT_MOST)
        adapter_rule_fail(&broker->rules, ADAPTER_RULE_VERSION, "%u Hellos within %d ms, though STATUS_VERSION", broker->hellos,
                          VERSION_WATCH_MS);
    else
        adapter_rule_pass(&broker->rules, ADAPTER_RULE_VERSION, "");
}

/* What holds at all times passes when it was tried. */
static void judge_all(struct play *play)
{
    struct adapter_broker *broker = play->broker;
    if (broker->lead_count > 0) {
        adapter_rule_pass(&broker->rules, ADAPTER_RULE_FRAMES, "");
        adapter_rule_pass(&broker->rules, ADAPTER_RULE_CREDIT, "");
    }
    if (broker->was_repeated) {
        adapter_rule_pass(&broker->rules, ADAPTER_RULE_SAME_ID, "");
        adapter_rule_pass(&broker->rules, ADAPTER_RULE_SAME_CONTENT, "");
    }
    const char *why = play->is_over ? "the adapter sent no lead any more" : "another rule failed before";
    for (int rule = 1; rule < ADAPTER_RULES_END; rule++)
        adapter_rule_missed(&broker->rules, (enum adapter_rule)rule, is_ending(play) ? "the test ended before" : why);
}

lw_status adapter_play(struct adapter_broker *broker, const struct adapter_play_options *options)
{
    static void (*const scenes[])(struct play *play) = {
        scene_hello_again, scene_hello_waits, scene_redirect,
        scene_taken, scene_busy, scene_unknown_fields, scene_slow_answer, scene_answer_lost, scene_epoch, scene_refused,
        scene_any_order,
        scene_no_session, scene_bye, scene_silence, scene_restart, scene_nothing_forgotten, scene_version,
    };
    struct play play = {.broker = broker, .options = options, .status = LW_OK};
    for (size_t i = 0; i < sizeof scenes / sizeof scenes[0] && !play.is_over && !is_ending(&play); i++)
        scenes[i](&play);
    judge_all(&play);
    return play.status;
}
