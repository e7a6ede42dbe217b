/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_once.h"

#include "choices_json.h"
#include "lead_json_write.h"
#include "rep_crm.h"
#include "rep_day.h"

bool rep_once_init(struct rep_once *once)
{
    *once = (struct rep_once){.offers = json_array(), .leads = json_array(), .pullable = json_array()};
    return once->offers != NULL && once->leads != NULL && once->pullable != NULL;
}

void rep_once_fini(struct rep_once *once)
{
    json_decref(once->offers);
    json_decref(once->leads);
    json_decref(once->pullable);
    json_decref(once->choices);
    json_decref(once->day);
}

/* What an offer and a lead in hand have in common. */
static json_t *lead_object(const struct rep_desk *desk, const struct lw_rep_event *event)
{
    char link[REP_CRM_SIZE];
    json_t *object = json_object();
    json_object_set_new(object, "lead_id", json_string(event->lead_id));
    json_object_set_new(object, "offer_number", json_integer(event->offer_number));
    json_object_set_new(object, "queue", json_string(event->queue));
    json_object_set_new(object, "received_unix_ms", json_integer(event->received_unix_ms));
    json_object_set_new(object, "call_back", json_boolean(event->call_back));
    json_object_set_new(object, "appointment_unix_ms", json_integer(event->appointment_unix_ms));
    json_object_set_new(object, "place", json_string(event->place));
    json_object_set_new(object, "set_by", json_string(event->set_by));
    json_object_set_new(object, "note", json_string(event->note));
    json_object_set_new(object, "note_by", json_string(event->note_by));
    json_object_set_new(object, "bought", json_string(event->bought));
    json_object_set_new(object, "bought_unix_ms", json_integer(event->bought_unix_ms));
    json_object_set_new(object, "no_customer", json_boolean(event->no_customer));
    json_object_set_new(object, "lead", event->lead != NULL ? lead_json_write(event->lead) : json_null());
    if (desk->crm_link != NULL)
        json_object_set_new(object, "crm_link", rep_crm_link(link, desk->crm_link, event) ? json_string(link) : json_null());
    json_t *contacts = json_array(), *came = json_array();
    for (uint32_t i = 0; i < event->contact_count; i++) {
        json_array_append_new(contacts, lead_json_write(&event->contacts[i]));
        json_array_append_new(came, json_integer(event->contact_unix_ms[i]));
    }
    json_object_set_new(object, "contacts", contacts);
    json_object_set_new(object, "contact_unix_ms", came);
    return object;
}

static void take_offer(struct rep_once *once, const struct rep_desk *desk, const struct lw_rep_event *event)
{
    json_t *object = lead_object(desk, event);
    json_object_set_new(object, "answer_ms", json_integer(event->answer_ms));
    json_object_set_new(object, "why", json_string(event->why));
    json_array_append_new(once->offers, object);
}

static void take_holding(struct rep_once *once, const struct rep_desk *desk, const struct lw_rep_event *event)
{
    json_t *object = lead_object(desk, event);
    json_object_set_new(object, "state", json_string(lw_lead_state_name(event->lead_state)));
    json_object_set_new(object, "touch_by_unix_ms", json_integer(event->touch_by_unix_ms));
    json_array_append_new(once->leads, object);
}

static void take_pull_list(struct rep_once *once, const struct lw_rep_event *event)
{
    for (uint32_t i = 0; i < event->pullable_count; i++) {
        const struct lw_pullable *lead = &event->pullable[i];
        json_t *object = json_object();
        json_object_set_new(object, "lead_id", json_string(lead->lead_id));
        json_object_set_new(object, "queue", json_string(lead->queue));
        json_object_set_new(object, "source", json_string(lead->source));
        json_object_set_new(object, "channel", json_string(lw_channel_name(lead->channel)));
        json_object_set_new(object, "priority", json_integer(lead->priority));
        json_object_set_new(object, "received_unix_ms", json_integer(lead->received_unix_ms));
        json_object_set_new(object, "call_back", json_boolean(lead->call_back));
        json_array_append_new(once->pullable, object);
    }
}

void rep_once_take(struct rep_once *once, struct rep_desk *desk, const struct lw_rep_event *event)
{
    if (event->kind == LW_REP_WELCOME) {   /* all is told anew */
        json_array_clear(once->offers);
        json_array_clear(once->leads);
    } else if (event->kind == LW_REP_OFFER) {
        take_offer(once, desk, event);
    } else if (event->kind == LW_REP_HOLDING) {
        take_holding(once, desk, event);
    } else if (event->kind == LW_REP_SNAPSHOT) {
        once->is_done = rep_desk_pull_list(desk) != LW_OK;
    } else if (event->kind == LW_REP_PULL_LIST) {
        take_pull_list(once, event);
        once->is_done = rep_desk_ask_choices(desk) != LW_OK;
    } else if (event->kind == LW_REP_CHOICES && event->choices != NULL) {
        once->choices = choices_json(event->choices);
        once->is_done = rep_desk_ask_day(desk) != LW_OK;
    } else if (event->kind == LW_REP_DAY && event->day != NULL) {
        once->day = rep_day_json(event->day);
        once->is_done = true;
    } else if (event->kind == LW_REP_CHOICES || event->kind == LW_REP_DAY || event->kind == LW_REP_ANSWER) {   /* it is not told */
        once->is_done = true;
    }
}

bool rep_once_print(const struct rep_once *once, const struct rep_desk *desk)
{
    json_t *object = json_object();
    json_object_set_new(object, "rep", json_string(desk->name));
    json_object_set_new(object, "state", json_string(lw_rep_state_name(desk->state)));
    json_object_set_new(object, "capacity", json_integer(desk->capacity));
    json_object_set(object, "offers", once->offers);
    json_object_set(object, "leads", once->leads);
    json_object_set(object, "pullable", once->pullable);
    json_object_set_new(object, "choices", once->choices != NULL ? json_incref(once->choices) : json_null());
    json_object_set_new(object, "day", once->day != NULL ? json_incref(once->day) : json_null());
    const int failed = json_dumpf(object, stdout, 0);
    json_decref(object);
    return failed == 0 && putchar('\n') != EOF && fflush(stdout) == 0;
}
