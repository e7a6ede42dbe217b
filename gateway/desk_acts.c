/* SPDX-License-Identifier: Apache-2.0 */
#include "desk_acts.h"

#include <string.h>

#include "act_reply.h"

static bool read_act(const json_t *root, enum desk_act_kind kind, struct desk_act *out);
static void on_done(void *context, const char *outcome, const char *reason);

void desk_act_handle(struct rep_desks *desks, const struct request *request, enum desk_act_kind kind)
{
    size_t size;
    struct desk_act act;
    char why[ACT_REASON_MAX] = "";
    struct http_call *call = request->call;
    const char *body = http_call_body(call, &size);
    json_t *root = json_loadb(body, size, JSON_REJECT_DUPLICATES, NULL);
    const char *page = json_string_value(json_object_get(root, "page"));
    struct rep_desk *desk = page ? rep_desks_of_page(desks, request->user->rep, page, request->holder) : NULL;
    if (!page || !read_act(root, kind, &act)) {
        http_call_reply_error(call, 400, "a member is missing or of the wrong type", 0);
    } else if (!desk) {
        http_call_reply_error(call, 409, "another page has the desk", 0);
    } else {
        lw_status status = rep_desk_act(desk, &act, on_done, call, why);
        if (status == LW_FULL)
            http_call_reply_error(call, 503, "too many acts at once", 1);
        else if (status != LW_OK)
            act_reply_rejected(call, why);
    }
    json_decref(root);   /* the library has copied what it sends */
}

static const char *text_of(const json_t *root, const char *name)
{
    return json_string_value(json_object_get(root, name));
}

static void read_transfer(const json_t *root, struct lw_transfer *out)
{
    *out = (struct lw_transfer){
        .rep = text_of(root, "rep"), .team = text_of(root, "team"), .skill = text_of(root, "skill"), .place = text_of(root, "place"),
        .note = text_of(root, "note"),
        .level = (uint32_t)json_integer_value(json_object_get(root, "level")), .back = json_is_true(json_object_get(root, "back")),
        .appointment_unix_ms = json_integer_value(json_object_get(root, "appointment_unix_ms"))};
}

static bool read_state(const json_t *root, struct desk_act *out)
{
    const char *state = text_of(root, "state");
    out->state = !state ? LW_REP_STATE_NONE : strcmp(state, "available") == 0 ? LW_REP_AVAILABLE : strcmp(state, "break") == 0 ? LW_REP_BREAK : LW_REP_STATE_NONE;
    out->after_lead = json_is_true(json_object_get(root, "after_lead"));
    return out->state != LW_REP_STATE_NONE;
}

/* What is of another type counts as absent. Texts are borrowed from root. */
static bool read_act(const json_t *root, enum desk_act_kind kind, struct desk_act *out)
{
    json_int_t number = json_integer_value(json_object_get(root, "offer_number"));
    *out = (struct desk_act){.kind = kind, .key = text_of(root, "key"), .lead_id = text_of(root, "lead_id"), .reason = text_of(root, "reason"),
                             .offer_number = number > 0 && number <= UINT32_MAX ? (uint32_t)number : 0};
    if (!out->key || !*out->key || strlen(out->key) > ACT_KEY_MAX)
        return false;
    if (kind == ACT_STATE)
        return read_state(root, out);
    if (kind == ACT_COMPLETE)
        out->completion = (struct lw_completion){.disposition = text_of(root, "disposition"), .note = text_of(root, "note"), .place = text_of(root, "place"),
                                                 .at_unix_ms = json_integer_value(json_object_get(root, "at_unix_ms")), .idempotency_id = out->key};
    if (kind == ACT_TRANSFER)
        read_transfer(root, &out->transfer);
    return kind == ACT_LIST || (out->lead_id && *out->lead_id);
}

static void on_done(void *context, const char *outcome, const char *reason)
{
    act_reply(context, outcome, reason);
}
