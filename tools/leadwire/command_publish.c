/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire publish - gives the desk a lead, or a bounded load of them.
 */
#include <inttypes.h>
#include <leadwire/publisher.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "json_out.h"
#include "lead_json_read.h"
#include "wall_clock.h"

enum { COUNT_MAX = 10000000, RATE_MAX = 100000, PENDING_MAX = 1024, RUN_ID_SIZE = 17 };

/* What the flags say, and the lead made of them. */
struct form {
    const char *channel, *source, *name, *email, *phone, *language, *country, *subject, *text, *product, *file, *id, *log;
    struct cli_texts attributes;
    uint64_t count, rate;
    bool is_json, is_test;
    struct lw_lead lead;
    struct lw_lead_phone phone_item;
    struct lw_lead_email email_item;
    struct lw_lead_attribute attribute_items[CLI_TEXTS_MAX];
    char attribute_names[CLI_TEXTS_MAX][LW_NAME_MAX];
};

struct run {
    const struct form *form;
    const struct lead_json *leads;   /* NULL: form->lead */
    struct lw_publisher *publisher;
    FILE *log;
    char run_id[RUN_ID_SIZE];
    uint64_t sent, answered, accepted, duplicates, refused, unknown;
    uint64_t tickets[PENDING_MAX];   /* ticket of request number n, at n % PENDING_MAX */
    uint64_t numbers[PENDING_MAX];
    uint64_t started_ms;
};

static int read_attributes(struct cli *cli, struct form *form)
{
    for (size_t i = 0; i < form->attributes.count; i++) {
        const char *text = form->attributes.items[i], *equals = strchr(text, '=');
        if (equals == NULL || equals == text || equals - text >= LW_NAME_MAX)
            return cli_usage_error(cli, "--attribute must be NAME=VALUE");
        snprintf(form->attribute_names[i], LW_NAME_MAX, "%.*s", (int)(equals - text), text);
        form->attribute_items[i] = (struct lw_lead_attribute){form->attribute_names[i], equals + 1};
    }
    form->lead.attributes = form->attribute_items;
    form->lead.attribute_count = form->attributes.count;
    return EXIT_DONE;
}

static int build_lead(struct cli *cli, struct form *form)
{
    struct lw_lead *lead = &form->lead;
    lead->channel = lead_channel_parse(form->channel);
    if (lead->channel == LW_CHANNEL_NONE)
        return cli_usage_error(cli, "--channel must be phone, web, email, chat or import");
    lead->source = form->source;
    lead->full_name = form->name;
    lead->language = form->language;
    lead->country = form->country;
    lead->subject = form->subject;
    lead->summary = form->text;
    lead->product = form->product;
    lead->is_test = form->is_test;
    if (form->phone != NULL) {
        form->phone_item = (struct lw_lead_phone){.raw = form->phone, .e164 = form->phone[0] == '+' ? form->phone : ""};
        lead->phones = &form->phone_item;
        lead->phone_count = 1;
    }
    if (form->email != NULL) {
        form->email_item = (struct lw_lead_email){.address = form->email, .key = form->email};
        lead->emails = &form->email_item;
        lead->email_count = 1;
    }
    return read_attributes(cli, form);
}

/* Of request number n (from 0). One request: the id as given; else with its number. */
static void id_of(const struct run *run, uint64_t number, char id[LW_IDEMPOTENCY_ID_MAX])
{
    const char *stem = run->form->id != NULL ? run->form->id : run->run_id;
    if (run->form->count == 1)
        snprintf(id, LW_IDEMPOTENCY_ID_MAX, "%s", stem);
    else
        snprintf(id, LW_IDEMPOTENCY_ID_MAX, "%s-%" PRIu64, stem, number + 1);
}

static lw_status send_next(struct run *run, const struct cli *cli)
{
    char id[LW_IDEMPOTENCY_ID_MAX];
    uint64_t ticket = 0;
    const struct lw_lead *lead = run->leads != NULL ? lead_json_at(run->leads, (size_t)(run->sent % lead_json_count(run->leads)))
                                                    : &run->form->lead;
    id_of(run, run->sent, id);
    const lw_status status = lw_publisher_publish(run->publisher, id, wall_clock_unix_ms(), lead, (uint32_t)cli->timeout_s * 1000, &ticket);
    if (status != LW_OK)
        return status;
    size_t slot = 0;
    while (run->tickets[slot] != 0)
        slot++;   /* there is one: pending requests are fewer than slots */
    run->tickets[slot] = ticket;
    run->numbers[slot] = run->sent++;
    return LW_OK;
}

static void log_answer(const struct run *run, FILE *file, uint64_t number, const struct lw_publisher_answer *answer)
{
    char id[LW_IDEMPOTENCY_ID_MAX];
    struct json_out out;
    id_of(run, number, id);
    json_begin_line(&out, file);
    json_put_time(&out, "time", wall_clock_unix_ms());
    json_put_text(&out, "id", id);
    json_put_text(&out, "outcome", lw_outcome_name(answer->outcome));
    json_put_text(&out, "lead_id", answer->lead_id);
    json_put_text(&out, "reason", answer->reason);
    json_put_bool(&out, "joined", answer->joined != 0);
    json_end_line(&out);
}

static void take_answer(struct run *run, const struct lw_publisher_answer *answer)
{
    size_t slot = 0;
    while (slot < PENDING_MAX && run->tickets[slot] != answer->ticket)
        slot++;
    if (slot == PENDING_MAX)
        return;
    run->tickets[slot] = 0;
    run->answered++;
    run->accepted += answer->outcome == LW_OUTCOME_ACCEPTED;
    run->duplicates += answer->outcome == LW_OUTCOME_DUPLICATE;
    run->unknown += answer->outcome == LW_OUTCOME_BUSY;
    run->refused += answer->outcome != LW_OUTCOME_ACCEPTED && answer->outcome != LW_OUTCOME_DUPLICATE && answer->outcome != LW_OUTCOME_BUSY;
    if (run->log != NULL)
        log_answer(run, run->log, run->numbers[slot], answer);
    if (run->form->count > 1)
        return;
    if (run->form->is_json)
        log_answer(run, stdout, run->numbers[slot], answer);
    else if (answer->outcome == LW_OUTCOME_ACCEPTED || answer->outcome == LW_OUTCOME_DUPLICATE)
        printf("%s: %slead %s\n", lw_outcome_name(answer->outcome), answer->joined ? "joined " : "", answer->lead_id);
    else if (answer->outcome != LW_OUTCOME_BUSY)   /* that is told at the end, with what to do */
        printf("%s%s%s\n", lw_outcome_name(answer->outcome), answer->reason[0] != '\0' ? ": " : "", answer->reason);
}

/* How many may have been sent by now. */
static uint64_t due(const struct run *run, uint64_t now_ms)
{
    const struct form *form = run->form;
    if (form->rate == 0)
        return form->count;
    const uint64_t by_rate = (now_ms - run->started_ms) * form->rate / 1000 + 1;
    return by_rate < form->count ? by_rate : form->count;
}

static int run_load(struct run *run, const struct cli *cli)
{
    run->started_ms = wall_clock_monotonic_ms();
    while (run->answered < run->form->count && !cli_stopped()) {
        const uint64_t may = due(run, wall_clock_monotonic_ms());
        while (run->sent < may && run->sent - run->answered < PENDING_MAX) {
            const lw_status status = send_next(run, cli);
            if (status == LW_FULL)
                break;
            if (status != LW_OK) {
                cli_complain(cli, "the lead cannot be sent: %s", lw_publisher_error(run->publisher));
                return EXIT_USAGE;
            }
        }
        struct lw_publisher_answer answer;
        const lw_status status = lw_publisher_next(run->publisher, &answer);
        if (status == LW_OK) {
            take_answer(run, &answer);
        } else if (status == LW_REFUSED) {
            cli_complain(cli, "refused: %s", lw_publisher_error(run->publisher));
            return EXIT_REFUSED;
        } else {
            int wait_ms = lw_publisher_wait_ms(run->publisher);
            if (run->form->rate != 0 && run->sent < run->form->count && wait_ms > 1)
                wait_ms = 1;   /* the next one is due soon */
            poll(&(struct pollfd){.fd = lw_publisher_fd(run->publisher), .events = POLLIN}, 1, wait_ms);
        }
    }
    if (run->unknown > 0 || run->answered < run->form->count) {
        if (run->form->count == 1)
            cli_complain(cli, "no answer in time from desk '%s' in %s: whether the lead is in is not known; repeat with --id %s", cli->desk,
                         cli_broker(cli), run->form->id != NULL ? run->form->id : run->run_id);
        return EXIT_UNREACHABLE;
    }
    return run->refused > 0 ? EXIT_REFUSED : EXIT_DONE;
}

static void print_totals(const struct run *run)
{
    const uint64_t ms = wall_clock_monotonic_ms() - run->started_ms;
    if (run->form->is_json) {
        struct json_out out;
        json_begin_line(&out, stdout);
        json_put_unsigned(&out, "sent", run->sent);
        json_put_unsigned(&out, "accepted", run->accepted);
        json_put_unsigned(&out, "duplicates", run->duplicates);
        json_put_unsigned(&out, "refused", run->refused);
        json_put_unsigned(&out, "unanswered", run->sent - run->answered + run->unknown);
        json_put_unsigned(&out, "ms", ms);
        json_end_line(&out);
        return;
    }
    printf("%" PRIu64 " sent: %" PRIu64 " accepted, %" PRIu64 " duplicates, %" PRIu64 " refused, %" PRIu64 " unanswered, in %" PRIu64 ".%03" PRIu64 " s\n",
           run->sent, run->accepted, run->duplicates, run->refused, run->sent - run->answered + run->unknown, ms / 1000, ms % 1000);
}

static int publish(struct cli *cli, const struct form *form, const struct lead_json *leads)
{
    char endpoint[CLI_ENDPOINT_SIZE];
    if (!cli_endpoint(cli, "publish", endpoint))
        return EXIT_USAGE;
    struct run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return EXIT_NO;
    run->form = form;
    run->leads = leads;
    uint64_t random = 0;
    random_bytes(&random, sizeof random);
    snprintf(run->run_id, sizeof run->run_id, "%016" PRIx64, random);
    int code = EXIT_USAGE;
    if (form->log != NULL && (run->log = fopen(form->log, "a")) == NULL) {
        cli_complain(cli, "%s cannot be written", form->log);
        goto done;
    }
    const struct lw_publisher_options options = {.endpoint = endpoint, .desk = cli->desk, .client = cli_client_name, .pending_max = PENDING_MAX,
                                                 .key_file = cli->key_file};
    const lw_status status = lw_publisher_open(&options, &run->publisher);
    if (status != LW_OK) {
        code = cli_cannot_open(cli, endpoint, status);
        goto done;
    }
    cli_catch_signals();
    code = run_load(run, cli);
    if (form->count > 1)
        print_totals(run);
done:
    lw_publisher_close(&run->publisher);
    if (run->log != NULL)
        fclose(run->log);
    free(run);
    return code;
}

int command_publish_leads(int argc, char **argv)
{
    static struct form form = {.channel = "web", .source = "leadwire-publish", .count = 1};
    const struct cli_option options[] = {
        {"channel", "CHANNEL", CLI_TEXT, &form.channel, 0, 0, "phone, web, email, chat or import (web)"},
        {"source", "NAME", CLI_TEXT, &form.source, 0, 0, "where the lead comes from (leadwire-publish)"},
        {"name", "TEXT", CLI_TEXT, &form.name, 0, 0, "the person's name"},
        {"email", "ADDRESS", CLI_TEXT, &form.email, 0, 0, "their mail address"},
        {"phone", "NUMBER", CLI_TEXT, &form.phone, 0, 0, "their number, best as +39..."},
        {"language", "CODE", CLI_TEXT, &form.language, 0, 0, "it, de, en..."},
        {"country", "CODE", CLI_TEXT, &form.country, 0, 0, "IT, DE, GB..."},
        {"subject", "TEXT", CLI_TEXT, &form.subject, 0, 0, "one line"},
        {"text", "TEXT", CLI_TEXT, &form.text, 0, 0, "what they wrote or said"},
        {"product", "TEXT", CLI_TEXT, &form.product, 0, 0, "what they ask for"},
        {"attribute", "NAME=VALUE", CLI_TEXTS, &form.attributes, 0, 0, "a further field; may be repeated"},
        {"id", "ID", CLI_TEXT, &form.id, 0, 0, "idempotency id: the same id never makes a second lead (random)"},
        {"test", NULL, CLI_FLAG, &form.is_test, 0, 0, "a test lead: accepted, not routed"},
        {"file", "FILE", CLI_TEXT, &form.file, 0, 0, "the lead as JSON, or a list of leads in turn; - is standard input"},
        {"count", "N", CLI_NUMBER, &form.count, 1, COUNT_MAX, "publish N leads, with ids ID-1, ID-2..."},
        {"rate", "PER-SECOND", CLI_NUMBER, &form.rate, 1, RATE_MAX, "at most so many a second"},
        {"log", "FILE", CLI_TEXT, &form.log, 0, 0, "append one JSON line per answer (ids and outcomes)"},
        {"json", NULL, CLI_FLAG, &form.is_json, 0, 0, "one JSON object"},
    };
    const struct cli_spec spec = {
        .command = "publish", .arguments = "", .uses_broker = true, .options = options,
        .option_count = sizeof options / sizeof options[0],
        .about = "Gives the desk a lead and prints its id. Personal data of real people belongs in --file, not in\n"
                 "arguments that other users of the machine can see. Ends with 3 when it is not known whether the\n"
                 "lead is in (repeat with the same --id), with 4 when the broker refused it.",
    };
    struct cli cli;
    if (!cli_parse(&cli, &spec, argc, argv))
        return cli.exit_code;
    struct lead_json *leads = NULL;
    if (form.file != NULL) {
        char error[256] = "out of memory";
        leads = lead_json_open(form.file, error, sizeof error);
        if (leads == NULL) {
            cli_complain(&cli, "%s: %s", form.file, error);
            return EXIT_USAGE;
        }
    } else {
        const int code = build_lead(&cli, &form);
        if (code != EXIT_DONE)
            return code;
    }
    const int code = publish(&cli, &form, leads);
    lead_json_close(&leads);
    return code;
}
