/* SPDX-License-Identifier: Apache-2.0 */
#include "web_push.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "contact_id.h"
#include "json_path.h"
#include "lw_log.h"
#include "wall_clock.h"
#include "web_answer.h"
#include "web_body.h"
#include "web_state.h"

enum { ID_SIZE_MAX = 64, ANSWER_SIZE_MAX = 1 << 20, TEXT_SIZE_MAX = 16 << 20, FIRST_WAIT_MS = 250, ARENA_PER_BYTE = 6, ARENA_BASE = 512 * 1024, COME_AGAIN_S = 30 };

struct contact {
    struct push *push;
    const struct json_value *item;   /* its object in the document, which lives as long as the call */
    char id[ID_SIZE_MAX + 1];
    struct event *retry;
    uint32_t attempts;
};

/* One document in progress. */
struct push {
    struct http_worker *worker;
    struct worker_rules *rules;   /* held */
    struct http_call *call;
    const struct web_source *source;
    uint64_t deadline_ms;         /* of the fetches */
    size_t count, pending;        /* pending: contacts, and one while they are being started */
    bool come_again;              /* one of them could not be taken now */
    struct contact contacts[WEB_PUSH_CONTACTS_MAX];
};

static void collect(struct push *push, const struct json_value *value, const char *each);
static void add_contact(struct push *push, const struct json_value *item);
static void fetch(struct contact *contact);
static void on_fetched(void *context, const struct http_fetch_answer *answer);
static void on_retry(evutil_socket_t fd, short what, void *context);
static void try_later(struct contact *contact, const char *why);
static bool publish(struct contact *contact, const struct http_fetch_answer *answer);
static lw_status publish_body(struct contact *contact, const struct web_body *body);
static int64_t created_unix_ms(const struct contact *contact);
static void on_published(void *context, const struct lw_publisher_answer *answer);
static void end_contact(struct contact *contact, enum worker_count what, bool come_again);
static void end_one(struct push *push);

/* Up to "[]": copied to out. Gives what stands behind, without its dot; NULL: there is no "[]". */
static const char *next_list(const char *each, char out[JSON_PATH_MAX + 1])
{
    const char *list = strstr(each, "[]");
    size_t size = list ? (size_t)(list - each) : strlen(each);
    if (size > JSON_PATH_MAX)
        size = JSON_PATH_MAX;
    memcpy(out, each, size);
    out[size] = '\0';
    return list ? list + 2 + (list[2] == '.') : NULL;
}

const char *web_push_each_problem(const char *each)
{
    char part[JSON_PATH_MAX + 1];
    if (strlen(each) > JSON_PATH_MAX)
        return "the path is too long";
    while (each && *each) {
        each = next_list(each, part);
        const char *problem = *part ? json_path_problem(part) : NULL;
        if (problem)
            return problem;
    }
    return NULL;
}

void web_push_take(struct http_worker *worker, struct worker_rules *rules, struct http_call *call, const struct web_source *source,
                   const struct json_value *document)
{
    struct push *push = calloc(1, sizeof *push);
    if (!push) {
        http_worker_refuse(worker, call, WORKER_COUNT_BUSY, 503, "out of memory", 1);
        return;
    }
    push->worker = worker;
    push->rules = worker_rules_hold(rules);
    push->call = call;
    push->source = source;
    push->deadline_ms = wall_clock_monotonic_ms() + rules->common.answer_within_ms;
    collect(push, document, source->fetch.each);
    push->pending = push->count + 1;
    for (size_t i = 0; i < push->count; i++)
        fetch(&push->contacts[i]);
    end_one(push);
}

static void collect(struct push *push, const struct json_value *value, const char *each)
{
    char part[JSON_PATH_MAX + 1], place[JSON_PLACE_MAX];
    const char *rest = next_list(each, part);
    const struct json_value *found = *part ? json_path_find(value, part, place) : value;
    if (!rest) {
        add_contact(push, found);
        return;
    }
    for (const struct json_value *item = json_tree_item(found, 0); item; item = item->next) {
        if (*rest)
            collect(push, item, rest);
        else
            add_contact(push, item);
    }
}

/* Objects without an id are news of another kind. */
static void add_contact(struct push *push, const struct json_value *item)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    char place[JSON_PLACE_MAX];
    const char *id = json_tree_is(item, JSON_KIND_OBJECT) ? json_tree_text(json_path_find(item, push->source->fetch.id, place)) : NULL;
    size_t size = id ? strlen(id) : 0;
    if (size == 0 || size > ID_SIZE_MAX || strspn(id, allowed) != size)
        return;
    if (push->count == WEB_PUSH_CONTACTS_MAX) {
        push->come_again = true;
        return;
    }
    struct contact *contact = &push->contacts[push->count++];
    contact->push = push;
    contact->item = item;
    memcpy(contact->id, id, size + 1);
}

static void fetch(struct contact *contact)
{
    struct push *push = contact->push;
    struct web_state *state = push->worker->own;
    const struct web_fetch *how = &push->source->fetch;
    uint64_t now_ms = wall_clock_monotonic_ms();
    const char *place = strstr(how->url, "{id}");
    char url[WEB_FETCH_URL_MAX + ID_SIZE_MAX + 1];
    snprintf(url, sizeof url, "%.*s%s%s", (int)(place - how->url), how->url, contact->id, place + strlen("{id}"));
    const struct http_fetch_request request = {
        .url = url, .bearer = how->token, .ca_file = how->ca_file, .allow_private = how->allow_private, .size_max = ANSWER_SIZE_MAX,
        .within_ms = push->deadline_ms > now_ms ? (uint32_t)(push->deadline_ms - now_ms) : 1,
    };
    contact->attempts++;
    if (http_fetch_send(state->fetcher, &request, on_fetched, contact) != LW_OK)
        end_contact(contact, WORKER_COUNT_BUSY, true);
}

static void on_fetched(void *context, const struct http_fetch_answer *answer)
{
    struct contact *contact = context;
    char why[64];
    if (answer->status == 200 && publish(contact, answer))
        return;
    snprintf(why, sizeof why, "status %d", answer->status);
    try_later(contact, answer->status == 0 ? answer->problem : answer->status == 200 ? "the answer is not a JSON object" : why);
}

/* Twice as long each time; no more when the time is up or the worker stops. */
static void try_later(struct contact *contact, const char *why)
{
    struct push *push = contact->push;
    uint32_t wait_ms = (uint32_t)FIRST_WAIT_MS << (contact->attempts < 10 ? contact->attempts - 1 : 9);
    struct timeval wait = {.tv_sec = wait_ms / 1000, .tv_usec = (suseconds_t)(wait_ms % 1000) * 1000};
    bool in_time = wall_clock_monotonic_ms() + wait_ms < push->deadline_ms && push->worker->stop_at_ms == 0;
    if (in_time && !contact->retry)
        contact->retry = event_new(push->worker->base, -1, 0, on_retry, contact);
    if (in_time && contact->retry && event_add(contact->retry, &wait) == 0)
        return;
    log_warning("fetch failed source=%s attempts=%u: %s", push->source->name, contact->attempts, why);
    end_contact(contact, WORKER_COUNT_FETCH_FAILED, true);
}

static void on_retry(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    fetch(context);
}

/* The same bytes each time. False: what was fetched is not a JSON object. */
static bool write_with_push(const struct http_fetch_answer *answer, const struct json_value *item, struct byte_buffer *out)
{
    struct json_value *document, push = *item;
    struct arena arena;
    arena_init(&arena, answer->size * ARENA_PER_BYTE + ARENA_BASE);
    const bool is_object = json_tree_read(&arena, answer->body, answer->size, &document) == LW_OK && document->kind == JSON_KIND_OBJECT;
    if (is_object) {
        json_tree_set(document, "push", &push);
        json_tree_write(document, &arena, out);
    }
    arena_fini(&arena);
    return is_object && !out->failed;
}

/* False: what was fetched is not a JSON object. */
static bool publish(struct contact *contact, const struct http_fetch_answer *answer)
{
    struct push *push = contact->push;
    struct byte_buffer text;
    byte_buffer_init(&text, TEXT_SIZE_MAX);
    if (!write_with_push(answer, contact->item, &text)) {
        byte_buffer_fini(&text);
        return false;
    }
    const struct web_body body = {.kind = WEB_BODY_JSON, .content_type = web_body_media_type(WEB_BODY_JSON),
                                  .bytes = (const char *)text.data, .size = text.size};
    lw_status status = publish_body(contact, &body);
    byte_buffer_fini(&text);
    if (status == LW_INVALID || status == LW_TOO_LARGE) {
        log_warning("fetched contact rejected source=%s", push->source->name);
        end_contact(contact, WORKER_COUNT_REJECTED, false);   /* again it would be no better; its raw is kept */
    } else if (status != LW_OK) {
        end_contact(contact, status == LW_FULL || status == LW_IO ? WORKER_COUNT_STORE_FULL : WORKER_COUNT_BUSY, true);
    }
    return true;
}

static lw_status publish_body(struct contact *contact, const struct web_body *body)
{
    static struct lead_builder builder;   /* large; used by one contact at a time */
    struct push *push = contact->push;
    const struct lw_lead *lead;
    const char *reason;
    char id[LW_IDEMPOTENCY_ID_MAX + 1], raw_ref[RAW_REF_MAX];
    struct input_fields fields = {0};
    struct arena arena;
    arena_init(&arena, body->size * ARENA_PER_BYTE + ARENA_BASE);
    contact_id_from_source(push->source->name, contact->id, strlen(contact->id), id);
    lw_status status = http_worker_keep_raw(push->worker, push->source->name, web_body_suffix(body->kind), body->bytes, body->size, NULL, raw_ref);
    if (status == LW_OK)
        status = web_body_read(push->source, body, &arena, &fields);
    if (status == LW_OK) {
        status = web_body_lead(push->source, &fields, raw_ref, &builder, &lead, &reason);
        if (status == LW_OK) {
            struct broker_link_call call = {push->rules->common.answer_within_ms, on_published, contact};
            status = broker_link_publish(push->worker->link, id, created_unix_ms(contact), lead, &call, NULL);
        }
        lead_builder_fini(&builder);
    }
    arena_fini(&arena);
    return status;
}

/* When the contact came to the sender; now, if it does not say, or says what cannot be. */
static int64_t created_unix_ms(const struct contact *contact)
{
    char place[JSON_PLACE_MAX];
    const char *path = contact->push->source->fetch.created;
    const char *text = path ? json_tree_text(json_path_find(contact->item, path, place)) : NULL;
    int64_t now_ms = wall_clock_unix_ms(), created_s = text ? strtoll(text, NULL, 10) : 0;
    return created_s > 0 && created_s < now_ms / 1000 ? created_s * 1000 : now_ms;
}

static void on_published(void *context, const struct lw_publisher_answer *answer)
{
    struct contact *contact = context;
    switch (answer->outcome) {
    case LW_OUTCOME_ACCEPTED:
        end_contact(contact, WORKER_COUNT_ACCEPTED, false);
        return;
    case LW_OUTCOME_DUPLICATE:
    case LW_OUTCOME_DUPLICATE_DIFFERS:   /* the sender's id names one contact only: what it says of it may have changed since */
        end_contact(contact, WORKER_COUNT_DUPLICATE, false);
        return;
    case LW_OUTCOME_REJECTED:
        end_contact(contact, WORKER_COUNT_REJECTED, false);
        return;
    case LW_OUTCOME_BUSY:
    case LW_OUTCOME_NONE:
    case LW_OUTCOME_NOT_FOUND:
    case LW_OUTCOME_NOT_YOURS:
        break;
    }
    end_contact(contact, WORKER_COUNT_BUSY, true);
}

static void end_contact(struct contact *contact, enum worker_count what, bool come_again)
{
    struct push *push = contact->push;
    worker_counts_add(&push->worker->counts, what);
    push->come_again = push->come_again || come_again;
    if (contact->retry)
        event_free(contact->retry);
    contact->retry = NULL;
    end_one(push);
}

static void end_one(struct push *push)
{
    assert(push->pending > 0);
    if (--push->pending > 0)
        return;
    if (push->come_again)
        http_call_reply_error(push->call, 503, "not all contacts could be taken", COME_AGAIN_S);
    else
        web_answer_taken(push->call, push->source, false, "", push->count > 0 ? "accepted" : "ignored");
    worker_rules_drop(&push->rules);
    free(push);
}
