/* SPDX-License-Identifier: Apache-2.0 */
#include "mail_hooks.h"

#include "http_door.h"
#include "http_signature.h"
#include "lw_log.h"
#include "wall_clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A mail between its publish and the broker's answer. In the call's arena. */
struct posted {
    struct mail_hooks *hooks;
    struct posted *next, **place;
    struct http_call *call;
    const struct mail_source_config *source;
    struct mail_request request;
    unsigned long long number;
};

struct mail_hooks {
    struct http_door *door;
    struct mail_service service;
    struct posted *waiting;
    unsigned long long mails;
};

static void on_call(void *context, struct http_call *call);
static void take(struct mail_hooks *hooks, struct http_call *call, const struct mail_source_config *source);
static bool is_allowed(struct http_call *call, const struct hook_config *hook, const struct multipart_body *fields);
static void bring(struct mail_hooks *hooks, struct http_call *call, const struct mail_source_config *source,
                  const char *bytes, size_t size);
static void on_outcome(void *context, const struct mail_outcome *outcome);
static void answer(struct posted *posted, const struct mail_outcome *outcome);

lw_status mail_hooks_open(struct event_base *base, const struct http_config *http, struct mail_hooks **out)
{
    struct mail_hooks *hooks = calloc(1, sizeof *hooks);
    *out = NULL;
    if (!hooks)
        return LW_NO_MEMORY;
    const struct http_door_options options = {
        .listen = http->listen,
        .body_size_max = http->body_size_max,
        .connections_max = http->connections_max,
        .request_within_ms = http->request_within_ms,
        .handler = on_call,
        .context = hooks,
    };
    lw_status status = http_door_open(base, &options, &hooks->door);
    if (status != LW_OK) {
        free(hooks);
        return status;
    }
    *out = hooks;
    return LW_OK;
}

/* The leads may still become leads; who posted them is told to come again. */
static void drop_waiting(struct mail_hooks *hooks)
{
    while (hooks->waiting) {
        struct posted *posted = hooks->waiting;
        hooks->waiting = posted->next;
        mail_intake_drop(&hooks->service.intake, &posted->request);
        http_call_reply_error(posted->call, 503, "the configuration is being read again", 1);
    }
}

void mail_hooks_close(struct mail_hooks **hooks_place)
{
    struct mail_hooks *hooks = *hooks_place;
    *hooks_place = NULL;
    if (!hooks)
        return;
    drop_waiting(hooks);
    http_door_close(&hooks->door);
    free(hooks);
}

void mail_hooks_serve(struct mail_hooks *hooks, const struct mail_service *service)
{
    drop_waiting(hooks);
    hooks->service = *service;
}

void mail_hooks_drain(struct mail_hooks *hooks)
{
    http_door_drain(hooks->door);
}

uint32_t mail_hooks_in_flight(const struct mail_hooks *hooks)
{
    return http_door_in_flight(hooks->door);
}

uint16_t mail_hooks_port(const struct mail_hooks *hooks)
{
    return http_door_port(hooks->door);
}

static void on_call(void *context, struct http_call *call)
{
    struct mail_hooks *hooks = context;
    const char *first = http_call_path_part(call, 0), *name = http_call_path_part(call, 1);
    const struct mail_source_config *source = NULL;
    bool one = first && !name, two = first && name && !http_call_path_part(call, 2);
    enum http_method method = http_call_method(call);
    if (one && strcmp(first, "healthz") == 0 && (method == HTTP_GET || method == HTTP_HEAD)) {
        bool connected = broker_link_connected(hooks->service.intake.link);
        const char *body = connected ? "{\"status\": \"ok\"}\n" : "{\"status\": \"broker away\"}\n";
        http_call_reply(call, connected ? 200 : 503, "application/json", body, strlen(body));
        return;
    }
    if (two && strcmp(first, "in") == 0)
        source = mail_config_find(hooks->service.config, name);
    if (!source || !source->hook.signature) {
        http_call_reply_error(call, 404, "no such source", 0);
    } else if (method != HTTP_POST) {
        http_call_add_header(call, "Allow", "POST");
        http_call_reply_error(call, 405, "use POST", 0);
    } else {
        take(hooks, call, source);
    }
}

static void take(struct mail_hooks *hooks, struct http_call *call, const struct mail_source_config *source)
{
    struct arena *arena = http_call_arena(call);
    struct inbound_request request = {.content_type = http_call_header(call, "Content-Type")};
    struct multipart_body fields = {0};
    request.body = http_call_body(call, &request.size);
    bool postmark = source->hook.service == INBOUND_POSTMARK;
    if (postmark && !is_allowed(call, &source->hook, &fields))   /* before anything of the body is read */
        return;
    lw_status status = postmark ? LW_OK : inbound_fields_read(arena, &request, &fields);
    if (status != LW_OK) {
        http_call_reply_error(call, status == LW_INVALID ? 400 : 413,
                              status == LW_INVALID ? "the body is neither a form nor multipart/form-data" : "too many fields", 0);
        return;
    }
    if (!postmark && !is_allowed(call, &source->hook, &fields))
        return;
    const char *bytes = NULL;
    size_t size = 0;
    status = inbound_mail_read(arena, source->hook.service, &request, &fields, &bytes, &size);
    if (status == LW_OK && size > hooks->service.config->mail_size_max)
        status = LW_TOO_LARGE;
    if (status == LW_OK)
        bring(hooks, call, source, bytes, size);
    else
        http_call_reply_error(call, status == LW_INVALID ? 400 : 413,
                              status == LW_INVALID ? "the body carries no mail" : "the mail is too large", 0);
}

/* Where find looks. */
struct request_parts {
    const struct http_call *call;
    const struct multipart_body *fields;
};

static const char *find(const void *context, const struct signature_place *place, size_t *size_out)
{
    const struct request_parts *parts = context;
    if (!place->is_field)
        return http_signature_header(parts->call, place->name, size_out);
    const struct form_field *field = form_fields_find(&parts->fields->fields, place->name);
    *size_out = field ? field->value_size : 0;
    return field ? field->value : NULL;
}

/* False: it is answered. */
static bool is_allowed(struct http_call *call, const struct hook_config *hook, const struct multipart_body *fields)
{
    const struct request_parts parts = {call, fields};
    struct signed_request request;
    enum signature_verdict verdict = SIGNATURE_FAILED;
    if (http_signature_request(call, NULL, &fields->fields, &request)) {
        request.find = find;
        request.context = &parts;
        verdict = signature_check(hook->signature, &request, wall_clock_unix_ms());
    }
    if (verdict == SIGNATURE_GOOD)
        return true;
    struct http_signature_refusal refusal = http_signature_refusal(hook->signature, verdict);
    http_call_reply_error(call, refusal.status, refusal.reason, refusal.retry_after_s);
    return false;
}

static void bring(struct mail_hooks *hooks, struct http_call *call, const struct mail_source_config *source,
                  const char *bytes, size_t size)
{
    struct mail_outcome outcome;
    struct posted *posted = arena_calloc(http_call_arena(call), 1, sizeof *posted);
    if (!posted) {
        http_call_reply_error(call, 503, "out of memory", 1);
        return;
    }
    *posted = (struct posted){.hooks = hooks, .call = call, .source = source, .number = ++hooks->mails,
                              .request = {.done = on_outcome, .context = posted}};
    if (mail_intake_take(&hooks->service.intake, &source->source, bytes, size, wall_clock_unix_ms(), &posted->request, &outcome)) {
        answer(posted, &outcome);
        return;
    }
    posted->next = hooks->waiting;
    posted->place = &hooks->waiting;
    if (posted->next)
        posted->next->place = &posted->next;
    hooks->waiting = posted;
}

static void on_outcome(void *context, const struct mail_outcome *outcome)
{
    struct posted *posted = context;
    *posted->place = posted->next;
    if (posted->next)
        posted->next->place = posted->place;
    answer(posted, outcome);
}

/* Ends the call, and with it the memory of posted. */
static void answer(struct posted *posted, const struct mail_outcome *outcome)
{
    struct http_call *call = posted->call;
    const char *source = posted->source->source.name, *word = mail_outcome_name(outcome);
    char body[256], name[32];
    if (outcome->end == MAIL_END_LATER) {
        log_warning("source=%s: a mail by webhook was told to come again: %s", source, outcome->why);
        if (outcome->store_full)
            http_call_reply_error(call, 507, "no room to keep the mail", 60);
        else
            http_call_reply_error(call, 503, "try again later", 1 + outcome->retry_after_ms / 1000);
        return;
    }
    snprintf(name, sizeof name, "http-%llu", posted->number);
    decisions_log_add(posted->hooks->service.decisions, source, name, word, outcome->lead_id);
    log_info("mail done source=%s file=%s outcome=%s%s%s", source, name, word, outcome->lead_id[0] ? " lead=" : "", outcome->lead_id);
    if (outcome->end == MAIL_END_REFUSED) {
        snprintf(body, sizeof body, "not understood: %s", word);
        http_call_reply_error(call, 422, body, 0);
        return;
    }
    int size = outcome->end == MAIL_END_TAKEN
        ? snprintf(body, sizeof body, "{\"lead_id\": \"%s\", \"status\": \"%s\"}\n", outcome->lead_id, word)
        : snprintf(body, sizeof body, "{\"status\": \"not_a_lead\", \"reason\": \"%s\"}\n", word);
    http_call_reply(call, 200, "application/json", body, (size_t)size);
}
