/* SPDX-License-Identifier: Apache-2.0 */
#include "replay.h"

#include <errno.h>
#include <inttypes.h>
#include <leadwire/publisher.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "contact_id.h"
#include "lead_json_write.h"
#include "raw_list.h"
#include "replay_again.h"
#include "wall_clock.h"
#include "worker_run.h"

enum { RATE_DEFAULT = 100, RATE_MAX = 10000, TRIES_MAX = 3, AWAY_WAIT_MS = 250 };

struct replay {
    const struct replay_arguments *arguments;
    const struct worker_config *common;
    const struct contact_reader *reader;
    const char *program;
    struct raw_list list;
    struct lw_publisher *publisher;   /* NULL in a dry run */
    struct replay_again again;        /* of calls; else empty */
    struct byte_buffer bytes, key;
    uint64_t next_ms;                 /* monotonic: when the next may go out */
};

static bool read_number(const char *program, const char *name, const char *text, uint64_t max, uint64_t *out)
{
    char *end = NULL;
    errno = 0;
    const unsigned long long number = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || number > max) {
        fprintf(stderr, "%s: %s must be a whole number up to %" PRIu64 "\n", program, name, max);
        return false;
    }
    *out = number;
    return true;
}

static bool read_numbers(const char *program, const char *since, const char *until, const char *rate, struct replay_arguments *out)
{
    uint64_t since_ms = 0, until_ms = INT64_MAX, per_second = RATE_DEFAULT;
    if (!since || !out->config_path || !out->source) {
        fprintf(stderr, "%s: --replay needs --config FILE, --source NAME and --since-ms MS\n", program);
        return false;
    }
    if (!read_number(program, "--since-ms", since, INT64_MAX, &since_ms) || (until && !read_number(program, "--until-ms", until, INT64_MAX, &until_ms)) ||
        (rate && !read_number(program, "--rate", rate, RATE_MAX, &per_second)))
        return false;
    out->since_unix_ms = (int64_t)since_ms;
    out->until_unix_ms = (int64_t)until_ms;
    out->rate = per_second > 0 ? (uint32_t)per_second : 1;
    return true;
}

bool replay_arguments_read(int argc, char **argv, const char *program, struct replay_arguments *out)
{
    const char *since = NULL, *until = NULL, *rate = NULL;
    *out = (struct replay_arguments){0};
    const struct { const char *name; const char **value; } known[] = {
        {"--config", &out->config_path}, {"--source", &out->source}, {"--broker", &out->overrides.broker}, {"--key-file", &out->overrides.key_file},
        {"--desk", &out->overrides.desk},
        {"--raw", &out->overrides.raw_directory}, {"--since-ms", &since}, {"--until-ms", &until}, {"--rate", &rate},
    };
    for (int i = 1; i < argc; i++) {
        const char **value = NULL;
        if (strcmp(argv[i], "--replay") == 0)
            continue;
        if (strcmp(argv[i], "--dry-run") == 0 || strcmp(argv[i], "--correct") == 0) {
            *(strcmp(argv[i], "--correct") == 0 ? &out->correct : &out->dry_run) = true;
            continue;
        }
        for (size_t k = 0; k < sizeof known / sizeof *known; k++)
            value = strcmp(argv[i], known[k].name) == 0 ? known[k].value : value;
        if (!value || i + 1 == argc) {
            fprintf(stderr, "%s: %s %s; '%s --help' lists all\n", program, argv[i], value ? "needs a value" : "does not go with --replay", program);
            return false;
        }
        *value = argv[++i];
    }
    return read_numbers(program, since, until, rate, out);
}

static void sleep_ms(uint64_t ms)
{
    const struct timespec wait = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&wait, NULL);
}

static void keep_pace(struct replay *replay)
{
    const uint64_t now_ms = wall_clock_monotonic_ms();
    if (replay->next_ms > now_ms)
        sleep_ms(replay->next_ms - now_ms);
    const uint64_t from_ms = replay->next_ms > now_ms ? replay->next_ms : now_ms;
    replay->next_ms = from_ms + 1000 / replay->arguments->rate;
}

static void print_object(json_t *line)
{
    char *text = json_dumps(line, JSON_COMPACT | JSON_PRESERVE_ORDER);
    json_decref(line);
    if (!text)
        abort();   /* no memory for one line */
    puts(text);
    fflush(stdout);
    free(text);
}

static void print_line(const struct raw_file *file, const char *outcome, const char *reason, const char *lead_id, const struct lw_lead *lead)
{
    json_t *line = json_object();
    json_object_set_new(line, "raw", json_string(file->name));
    json_object_set_new(line, "at", json_integer(file->at_unix_ms));
    json_object_set_new(line, "outcome", json_string(outcome));
    json_object_set_new(line, "reason", json_string(reason));
    json_object_set_new(line, "lead_id", lead_id[0] ? json_string(lead_id) : json_null());
    if (lead)
        json_object_set_new(line, "lead", lead_json_write(lead));
    print_object(line);
}

static const char *outcome_word(const struct lw_publisher_answer *answer)
{
    switch (answer->outcome) {
    case LW_OUTCOME_ACCEPTED:
        return answer->joined ? "joined" : "accepted";
    case LW_OUTCOME_DUPLICATE:
        return "duplicate";
    case LW_OUTCOME_DUPLICATE_DIFFERS:
        return "differs";
    case LW_OUTCOME_REJECTED:
        return "rejected";
    case LW_OUTCOME_BUSY:
    case LW_OUTCOME_NONE:
    case LW_OUTCOME_NOT_FOUND:
    case LW_OUTCOME_NOT_YOURS:
        break;
    }
    return NULL;
}

/* One try. False: there was no answer that counts. */
static bool answered(struct replay *replay, uint64_t ticket, struct lw_publisher_answer *out)
{
    return lw_publisher_await(replay->publisher, ticket, (int)replay->common->answer_within_ms + 1000, out) == LW_OK;
}

/* False: there was no answer, after all tries. *refused_out: the lead is none that can be sent; the publisher says why. */
static bool publish_lead(struct replay *replay, int64_t at_unix_ms, const char *id, const struct lw_lead *lead, struct lw_publisher_answer *out,
                         bool *refused_out)
{
    const char *why = "it does not answer";   /* of the last try */
    *refused_out = false;
    for (int tries = 0; tries < TRIES_MAX; tries++) {
        uint64_t ticket = 0;
        *out = (struct lw_publisher_answer){.outcome = LW_OUTCOME_NONE};
        keep_pace(replay);
        lw_status status = lw_publisher_publish(replay->publisher, id, at_unix_ms, lead, replay->common->answer_within_ms, &ticket);
        *refused_out = status == LW_INVALID || status == LW_TOO_LARGE;
        if (*refused_out || (status == LW_OK && answered(replay, ticket, out) && outcome_word(out)))
            return true;
        why = out->outcome == LW_OUTCOME_BUSY && out->reason && out->reason[0] ? out->reason : why;
        sleep_ms(AWAY_WAIT_MS);
    }
    fprintf(stderr, "%s: the broker does not take it now: %s. What was answered is done, the rest is not\n", replay->program, why);
    return false;
}

/* False: there was no answer. */
static bool ask(struct replay *replay, const char *lead_id, struct lw_publisher_answer *out)
{
    uint64_t ticket = 0;
    if (lw_publisher_query(replay->publisher, &(struct lw_lead_name){.lead_id = lead_id}, replay->common->answer_within_ms, &ticket) != LW_OK ||
        !answered(replay, ticket, out) || (out->outcome != LW_OUTCOME_ACCEPTED && out->outcome != LW_OUTCOME_NOT_FOUND)) {
        fprintf(stderr, "%s: the broker does not say how the lead is: what was answered is done, the rest is not\n", replay->program);
        return false;
    }
    return true;
}

/* LW_LEAD_NONE: the desk does not know it any more. False: there was no answer. */
static bool ask_state(struct replay *replay, const char *lead_id, lw_lead_state *out)
{
    struct lw_publisher_answer answer;
    if (!ask(replay, lead_id, &answer))
        return false;
    *out = answer.outcome == LW_OUTCOME_ACCEPTED ? answer.state : LW_LEAD_NONE;
    return true;
}

/* Of a lead that is new: nobody is on its line any more. False: there was no answer. */
static bool end_wait(struct replay *replay, const char *lead_id, bool *ended_out)
{
    struct lw_publisher_answer answer;
    uint64_t ticket = 0;
    *ended_out = false;
    if (!replay->reader->waits)
        return true;
    if (!ask(replay, lead_id, &answer))
        return false;
    *ended_out = answer.outcome == LW_OUTCOME_ACCEPTED && replay->reader->waits(&answer);
    if (!*ended_out)
        return true;
    if (lw_publisher_cancel(replay->publisher, &(struct lw_lead_name){.lead_id = lead_id}, "caller hung up", replay->common->answer_within_ms,
                            &ticket) == LW_OK && answered(replay, ticket, &answer) && answer.outcome != LW_OUTCOME_BUSY)
        return true;
    fprintf(stderr, "%s: the broker does not take the end of a call: it waits as if its caller did, for as long as its channel lets it\n", replay->program);
    return false;
}

static bool is_open(lw_lead_state state)
{
    switch (state) {
    case LW_LEAD_WAITING:
    case LW_LEAD_OFFERED:
    case LW_LEAD_CONNECTING:
    case LW_LEAD_ASSIGNED:
    case LW_LEAD_PARKED:
    case LW_LEAD_SCHEDULED:
        return true;
    case LW_LEAD_NONE:
    case LW_LEAD_COMPLETED:
    case LW_LEAD_CANCELLED:
    case LW_LEAD_EXPIRED:
    case LW_LEAD_MERGED:
        break;
    }
    return false;
}

/* A name of what the contact is now: read again by the same rules it has the same, and joins no second time. */
static void correction_id(const struct contact_reading *reading, char id[LW_IDEMPOTENCY_ID_MAX + 1])
{
    json_t *lead = lead_json_write(reading->lead);
    char *text = lead ? json_dumps(lead, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(lead);
    if (!text)
        abort();   /* no memory for one lead */
    contact_id_from_bytes(reading->idempotency_id, text, strlen(text), id);
    free(text);
}

/* Joins the lead that was made of the contact then. That one keeps its id, age, rep and first touch. */
static bool correct(struct replay *replay, const struct raw_file *file, const struct contact_reading *reading, const char *lead_id)
{
    char id[LW_IDEMPOTENCY_ID_MAX + 1];
    struct lw_lead lead = *reading->lead;
    struct lw_publisher_answer answer;
    lw_lead_state state;
    bool refused;
    if (replay->reader->waits && !lead.recording.url) {   /* the desk would ring for it */
        print_line(file, "differs", "a call joins no lead", lead_id, NULL);
        return true;
    }
    if (!ask_state(replay, lead_id, &state))
        return false;
    if (!is_open(state)) {
        print_line(file, "differs", "the lead has ended", lead_id, NULL);
        return true;
    }
    lead.follows = reading->idempotency_id;
    correction_id(reading, id);
    if (!publish_lead(replay, file->at_unix_ms, id, &lead, &answer, &refused))
        return false;
    if (refused)
        print_line(file, "rejected", lw_publisher_error(replay->publisher), lead_id, NULL);
    else
        print_line(file, answer.outcome == LW_OUTCOME_ACCEPTED && answer.joined ? "corrected" : outcome_word(&answer), answer.reason, answer.lead_id, NULL);
    return true;
}

static bool tell_accepted(struct replay *replay, const struct raw_file *file, const char *outcome, const char *lead_id)
{
    bool is_ended;
    if (!end_wait(replay, lead_id, &is_ended))
        return false;
    print_line(file, outcome, is_ended ? "nobody is on the line any more: it is a missed call" : "", lead_id, NULL);
    return true;
}

/* same NULL: it came in once. False: there was no answer, after all tries. */
static bool publish(struct replay *replay, const struct raw_file *file, const struct contact_reading *reading, struct replay_same *same)
{
    char lead_id[REPLAY_LEAD_ID_SIZE];
    struct lw_publisher_answer answer;
    bool refused;
    if (!publish_lead(replay, file->at_unix_ms, reading->idempotency_id, reading->lead, &answer, &refused))
        return false;
    if (refused) {
        print_line(file, "rejected", lw_publisher_error(replay->publisher), "", NULL);
        return true;
    }
    snprintf(lead_id, sizeof lead_id, "%s", answer.lead_id);
    if (same && (answer.outcome == LW_OUTCOME_ACCEPTED || answer.outcome == LW_OUTCOME_DUPLICATE))
        snprintf(same->lead_id, sizeof same->lead_id, "%s", lead_id);
    if (answer.outcome == LW_OUTCOME_DUPLICATE_DIFFERS && (reading->is_partial || (same && same->left > 0)))
        print_line(file, "duplicate", "", lead_id, NULL);
    else if (answer.outcome == LW_OUTCOME_DUPLICATE_DIFFERS && replay->arguments->correct)
        return correct(replay, file, reading, lead_id);
    else if (answer.outcome == LW_OUTCOME_ACCEPTED)
        return tell_accepted(replay, file, outcome_word(&answer), lead_id);
    else
        print_line(file, outcome_word(&answer), answer.reason, lead_id, NULL);
    return true;
}

/* By its suffix; what a multipart body was sent with it says itself. */
static const char *content_type_of(const char *name)
{
    const char *suffix = strchr(name, '.');
    return strcmp(suffix, ".form") == 0 ? "application/x-www-form-urlencoded" : strcmp(suffix, ".json") == 0 ? "application/json" : NULL;
}

static const char *key_of(struct replay *replay, const struct raw_file *file)
{
    if (raw_list_read_key(&replay->list, file, &replay->key) != LW_OK)
        return NULL;
    byte_buffer_put(&replay->key, "", 1);
    return replay->key.failed ? NULL : (const char *)replay->key.data;
}

/* NULL: it is a lead; else the outcome. */
static const char *read_file(struct replay *replay, const struct raw_file *file, struct contact_reading *out, const char **reason_out)
{
    static const char *const words[] = {[CONTACT_NOT_A_LEAD] = "not_a_lead", [CONTACT_REJECTED] = "rejected", [CONTACT_UNPARSABLE] = "unparsable"};
    const lw_status status = raw_list_read(&replay->list, file, &replay->bytes);
    *reason_out = lw_status_text(status);
    if (status != LW_OK)
        return status == LW_NOT_FOUND ? "gone" : status == LW_TOO_LARGE ? "too_large" : "unparsable";
    const char *bytes = replay->bytes.size ? (const char *)replay->bytes.data : "";
    *reason_out = "";
    if (!raw_file_is_of(file->name, replay->arguments->source, bytes, replay->bytes.size))
        return "of_another_source";
    replay->reader->read(replay->reader->source, &(struct contact_input){
        .bytes = bytes, .size = replay->bytes.size, .content_type = content_type_of(file->name), .idempotency_key = key_of(replay, file),
        .raw_ref = file->name}, out);
    *reason_out = out->reason;
    return out->outcome == CONTACT_LEAD ? NULL : words[out->outcome];
}

static bool send_again(struct replay *replay, const struct raw_file *file)
{
    struct contact_reading reading;
    const char *reason, *outcome = read_file(replay, file, &reading, &reason);
    struct replay_same *same = outcome ? NULL : replay_again_take(&replay->again, &reading);
    if (outcome)
        print_line(file, outcome, reason, "", NULL);
    else if (replay->arguments->dry_run)
        print_line(file, "lead", "", "", reading.lead);
    else if (same && same->lead_id[0])
        print_line(file, "duplicate", "", same->lead_id, NULL);
    else
        return publish(replay, file, &reading, same);
    return true;
}

/* Of calls: which of them came in more than once. False: no memory. */
static bool look_ahead(struct replay *replay)
{
    struct contact_reading reading;
    const char *reason;
    if (!replay->reader->waits || replay->arguments->dry_run)
        return true;
    for (size_t i = 0; i < replay->list.count; i++) {
        if (!read_file(replay, &replay->list.files[i], &reading, &reason) && replay_again_add(&replay->again, &reading) != LW_OK) {
            fprintf(stderr, "%s: no memory for so many contacts: ask for less with --until\n", replay->program);
            return false;
        }
    }
    replay_again_close(&replay->again);
    return true;
}

static bool open_all(struct replay *replay)
{
    const struct replay_arguments *arguments = replay->arguments;
    const struct lw_publisher_options options = {.endpoint = replay->common->broker, .desk = replay->common->desk, .client = "leadwire replay " LEADWIRE_VERSION,
                                                 .key_file = replay->common->key_file};
    const char *directory = replay->common->raw.directory;
    if (!directory) {
        fprintf(stderr, "%s: %s keeps no raw files: raw.directory is not set\n", replay->program, arguments->config_path);
        return false;
    }
    if (raw_list_open(directory, arguments->since_unix_ms, arguments->until_unix_ms, &replay->list) != LW_OK) {
        fprintf(stderr, "%s: %s: %s\n", replay->program, directory, strerror(errno));
        return false;
    }
    if (replay->list.damaged_count > 0)
        fprintf(stderr, "%s: %s: %" PRIu32 " files are damaged: what stands behind the damage is left out\n", replay->program, directory, replay->list.damaged_count);
    if (!arguments->dry_run && lw_publisher_open(&options, &replay->publisher) != LW_OK) {
        fprintf(stderr, "%s: the broker's endpoint cannot be used\n", replay->program);
        return false;
    }
    return true;
}

int replay_run(const struct replay_arguments *arguments, const char *program, const struct worker_config *common,
               const struct contact_reader *reader)
{
    struct replay replay = {.arguments = arguments, .common = common, .reader = reader, .program = program, .list = {.directory = -1}};
    byte_buffer_init(&replay.bytes, reader->size_max);
    byte_buffer_init(&replay.key, RAW_KEY_MAX + 1);
    replay_again_init(&replay.again);
    bool good = open_all(&replay) && look_ahead(&replay);
    if (good)
        print_object(json_pack("{s:I}", "total", (json_int_t)replay.list.count));
    for (size_t i = 0; good && i < replay.list.count; i++)
        good = send_again(&replay, &replay.list.files[i]);
    lw_publisher_close(&replay.publisher);
    replay_again_fini(&replay.again);
    raw_list_close(&replay.list);
    byte_buffer_fini(&replay.bytes);
    byte_buffer_fini(&replay.key);
    return good ? WORKER_EXIT_OK : WORKER_EXIT_FAILED;
}
