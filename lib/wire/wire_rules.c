/* SPDX-License-Identifier: Apache-2.0
 *
 * Read the tables as: what, field, [most items,] [most bytes].
 * A trailing _NEEDED marks what must be there.
 */
#include "wire_rules.h"

#include "web_url.h"

enum {
    ID_MAX = LW_LEAD_ID_TEXT_MAX - 1,
    SECRET_MAX = 256,
    REASON_MAX = 512,
    NOTE_MAX = 4096,
    PLACE_MAX = 255,
    LANGUAGE_MAX = 35,
    FIELD_NAME_MAX = sizeof "attribute." - 1 + LW_LEAD_FIELD_MAX,
    SOURCE_TEXT_MAX = 1024 * 1024,

    /* Chosen so that a full list fits the arena cap of its frame's type. */
    HELD_MAX = 1024,
    CONTACTS_MAX = 64,
    QUEUES_MAX = 4096,
    STORE_WARNINGS_MAX = 16,
    BOUNDS_MAX = 64,
    SNAPSHOT_ROWS_MAX = 16384,
    DECISIONS_MAX = 1024,
    CANDIDATES_MAX = 16384,
    WAITING_REASONS_MAX = 256,
    TRACE_PARENT_MAX = 55,
    TRACE_ID_MAX = 32,
    SKILLS_MAX = 4096,
    SKILLS_OF_ONE_MAX = 256,
    CHANNELS_MAX = 16,
    TEAMS_MAX = 1024,
    REPS_MAX = 16384,
    USERS_MAX = 16384,
    PAUSED_SOURCES_MAX = 64,
    RULES_MAX = 4096,
    PREDICATES_MAX = 64,
    VALUES_MAX = 256,
    RELAX_MAX = 64,
    ALSO_OFFERED_MAX = 64,
    PULLABLE_MAX = 256,
    HOURS_MAX = 4096,
    DISPOSITIONS_MAX = 256,
    DECLINE_REASONS_MAX = 64,
    ADDRESSES_MAX = 64,
    NOBODY_MAX = 8,
    OPENING_TEAMS_MAX = 32,
    QUEUE_CONFIGS_MAX = 4096,
    TEXTS_MAX = 32,
    BREAK_REASONS_MAX = 64,
};

#define REASONS(field) { \
        [WIRE_FAULT_MISSING] = field " is missing", \
        [WIRE_FAULT_TOO_LONG] = field " is too long", \
        [WIRE_FAULT_TOO_MANY] = field " has too many items", \
        [WIRE_FAULT_NOT_UTF8] = field " is not UTF-8", \
        [WIRE_FAULT_CONTROL] = field " has a control character", \
        [WIRE_FAULT_NUL] = field " has a NUL inside", \
        [WIRE_FAULT_NO_SUCH_VALUE] = field " has a value that does not exist", \
    }
#define RULE(field_, kind_, required_, size_, count_, of_) \
    {.field = #field_, .kind = WIRE_RULE_##kind_, .required = (required_), .size_max = (size_), \
     .count_max = (count_), .of = (of_), .reasons = REASONS(#field_)}

#define REQUEST_ID RULE(request_id, REQUEST_ID, false, 0, 0, NULL)
#define NUMBER(field) RULE(field, NUMBER, false, 0, 0, NULL)
#define ENUM(field) RULE(field, ENUM, false, 0, 0, NULL)
#define ENUM_NEEDED(field) RULE(field, ENUM, true, 0, 0, NULL)
#define OPEN_ENUM_NEEDED(field_) \
    {.field = #field_, .kind = WIRE_RULE_ENUM, .required = true, .open = true, .reasons = REASONS(#field_)}
#define NAME(field, size_max) RULE(field, NAME, false, size_max, 0, NULL)
#define NAME_NEEDED(field, size_max) RULE(field, NAME, true, size_max, 0, NULL)
#define NAMES(field, count_max, size_max) RULE(field, NAME, false, size_max, count_max, NULL)
#define TEXT(field, size_max) RULE(field, TEXT, false, size_max, 0, NULL)
#define TEXT_NEEDED(field, size_max) RULE(field, TEXT, true, size_max, 0, NULL)
#define TEXTS(field, count_max, size_max) RULE(field, TEXT, false, size_max, count_max, NULL)
#define MESSAGE(field, rules) RULE(field, MESSAGE, false, 0, 0, rules)
#define MESSAGE_NEEDED(field, rules) RULE(field, MESSAGE, true, 0, 0, rules)
#define MESSAGES(field, count_max, rules) RULE(field, MESSAGE, false, 0, count_max, rules)

#define RULES_ACROSS(name, across, ...) \
    static const struct wire_rule name##_fields[] = {__VA_ARGS__}; \
    static const struct wire_rules name##_rules = { \
        .descriptor = &leadwire__v1__##name##__descriptor, \
        .fields = name##_fields, \
        .field_count = sizeof name##_fields / sizeof name##_fields[0], \
        .check_across = (across), \
    }
#define RULES(name, ...) RULES_ACROSS(name, NULL, __VA_ARGS__)

static const char *check_recording(const ProtobufCMessage *message);
static const char *check_lead_query(const ProtobufCMessage *message);
static const char *check_cancel(const ProtobufCMessage *message);

/* lead.proto */

RULES(phone,
    TEXT(e164, LW_LEAD_FIELD_MAX),
    TEXT(raw, LW_LEAD_FIELD_MAX),
    TEXT(kind, LW_LEAD_FIELD_MAX),
    TEXT(region, LW_LEAD_FIELD_MAX),
    TEXT(time_zone, LW_LEAD_FIELD_MAX));

RULES(email,
    TEXT(address, LW_LEAD_FIELD_MAX),
    TEXT(key, LW_LEAD_FIELD_MAX));

RULES(attribute,
    TEXT_NEEDED(name, LW_LEAD_FIELD_MAX),
    TEXT(value, LW_LEAD_ATTRIBUTE_VALUE_MAX));

RULES(consent,
    TEXT(purpose, LW_LEAD_FIELD_MAX),
    NUMBER(granted),
    NUMBER(given_unix_ms),
    TEXT(text, LW_LEAD_ATTRIBUTE_VALUE_MAX));

RULES(attachment,
    TEXT(file_name, LW_LEAD_FIELD_MAX),
    TEXT(media_type, LW_LEAD_FIELD_MAX),
    NUMBER(size_bytes));

RULES_ACROSS(recording, check_recording,
    NAME_NEEDED(url, LW_LEAD_URL_MAX),
    NUMBER(duration_s));

RULES(lead,
    ENUM_NEEDED(channel),
    NAME_NEEDED(source, LW_NAME_MAX),
    TEXT(full_name, LW_LEAD_FIELD_MAX),
    TEXT(given_name, LW_LEAD_FIELD_MAX),
    TEXT(family_name, LW_LEAD_FIELD_MAX),
    TEXT(company, LW_LEAD_FIELD_MAX),
    TEXT(job_title, LW_LEAD_FIELD_MAX),
    MESSAGES(phones, LW_LEAD_PHONES_MAX, &phone_rules),
    MESSAGES(emails, LW_LEAD_EMAILS_MAX, &email_rules),
    TEXT(country, LW_LEAD_FIELD_MAX),
    TEXT(language, LW_LEAD_FIELD_MAX),
    TEXT(city, LW_LEAD_FIELD_MAX),
    TEXT(postal_code, LW_LEAD_FIELD_MAX),
    TEXT(region, LW_LEAD_FIELD_MAX),
    TEXT(subject, LW_LEAD_FIELD_MAX),
    TEXT(summary, LW_LEAD_SUMMARY_MAX),
    TEXT(product, LW_LEAD_FIELD_MAX),
    TEXT(campaign, LW_LEAD_FIELD_MAX),
    TEXT(vendor_id, LW_LEAD_FIELD_MAX),
    TEXT(message_id, LW_LEAD_FIELD_MAX),
    TEXTS(references, LW_LEAD_REFERENCES_MAX, LW_LEAD_FIELD_MAX),
    NAME(call_id, LW_LEAD_FIELD_MAX),
    TEXT(called_number, LW_LEAD_FIELD_MAX),
    MESSAGES(attributes, LW_LEAD_ATTRIBUTES_MAX, &attribute_rules),
    MESSAGES(consents, LW_LEAD_CONSENTS_MAX, &consent_rules),
    MESSAGES(attachments, LW_LEAD_ATTACHMENTS_MAX, &attachment_rules),
    TEXTS(warnings, LW_LEAD_WARNINGS_MAX, LW_LEAD_FIELD_MAX),
    TEXT(raw_ref, LW_LEAD_FIELD_MAX),
    NUMBER(is_test),
    MESSAGE(recording, &recording_rules),
    NAME(follows, LW_IDEMPOTENCY_ID_MAX),
    NAME(trace_parent, TRACE_PARENT_MAX));

const struct wire_rules *const wire_lead_rules = &lead_rules;

/* session.proto */

RULES(held_lead,
    NAME_NEEDED(lead_id, ID_MAX),
    NUMBER(offer_number));

RULES(hello,
    NUMBER(version_min),
    NUMBER(version_max),
    ENUM_NEEDED(role),
    NAME(desk, LW_NAME_MAX),
    NAME(client, LW_NAME_MAX),
    NAME(rep, LW_NAME_MAX),
    TEXT(secret, SECRET_MAX),
    NUMBER(last_epoch),
    MESSAGES(held, HELD_MAX, &held_lead_rules),
    NUMBER(bundles));

RULES(welcome,
    NUMBER(version),
    NUMBER(epoch),
    NUMBER(session),
    NUMBER(credit),
    NUMBER(heartbeat_ms),
    NUMBER(frame_size_max),
    NUMBER(config_version),
    NUMBER(now_unix_ms),
    NAME(desk, LW_NAME_MAX),
    NAME(durability, LW_NAME_MAX),
    NUMBER(bundles),
    NUMBER(days));

RULES(ping, NUMBER(received_count));

RULES(pong,
    NUMBER(epoch),
    NUMBER(now_unix_ms));

RULES(bye, TEXT(reason, REASON_MAX));

RULES(reply,
    REQUEST_ID,
    OPEN_ENUM_NEEDED(status),
    TEXT(reason, REASON_MAX),
    NAME(lead_id, ID_MAX),
    NUMBER(retry_after_ms),
    NUMBER(epoch),
    NUMBER(config_version),
    NUMBER(joined));

/* publisher.proto */

RULES(publish,
    REQUEST_ID,
    NAME_NEEDED(idempotency_id, LW_IDEMPOTENCY_ID_MAX),
    NUMBER(received_unix_ms),
    MESSAGE_NEEDED(lead, &lead_rules));

RULES_ACROSS(lead_query, check_lead_query,
    REQUEST_ID,
    NAME(lead_id, ID_MAX),
    NAME(source, LW_NAME_MAX),
    NAME(idempotency_id, LW_IDEMPOTENCY_ID_MAX));

RULES(lead_query_reply,
    REQUEST_ID,
    NUMBER(found),
    NAME(lead_id, ID_MAX),
    ENUM(state),
    NUMBER(position),
    NAME(rep, LW_NAME_MAX),
    NAME(device, LW_LEAD_FIELD_MAX),
    NUMBER(offer_number),
    NUMBER(deadline_unix_ms),
    NUMBER(epoch),
    NAME(queue, LW_NAME_MAX),
    NUMBER(call_back),
    NAME(say, LW_NAME_MAX));

RULES_ACROSS(cancel, check_cancel,
    REQUEST_ID,
    NAME(lead_id, ID_MAX),
    NAME(source, LW_NAME_MAX),
    NAME(idempotency_id, LW_IDEMPOTENCY_ID_MAX),
    TEXT(reason, REASON_MAX));

RULES(dial_result,
    REQUEST_ID,
    NAME_NEEDED(lead_id, ID_MAX),
    NUMBER(offer_number),
    ENUM_NEEDED(outcome),
    NAME(leg_id, LW_LEAD_FIELD_MAX));

RULES(device_report,
    REQUEST_ID,
    NAME_NEEDED(device, LW_LEAD_FIELD_MAX),
    ENUM_NEEDED(state),
    NUMBER(for_ms));

/* rep.proto */

RULES(set_rep_state,
    REQUEST_ID,
    ENUM_NEEDED(state),
    TEXT(reason, REASON_MAX));

RULES(decline_count,
    NAME_NEEDED(reason, LW_NAME_MAX),
    NUMBER(count));

RULES(rep_status,
    ENUM_NEEDED(state),
    NUMBER(load),
    NUMBER(capacity),
    NUMBER(until_unix_ms),
    TEXT(reason, REASON_MAX),
    NUMBER(epoch),
    MESSAGES(declines, DECLINE_REASONS_MAX, &decline_count_rules),
    ENUM(device_state),
    NUMBER(device_until_unix_ms));

RULES(joined_contact, NUMBER(came_unix_ms));

RULES(offer,
    NAME_NEEDED(lead_id, ID_MAX),
    NUMBER(offer_number),
    NUMBER(deadline_unix_ms),
    NUMBER(answer_ms),
    NUMBER(received_unix_ms),
    NUMBER(weight),
    NAME(queue, LW_NAME_MAX),
    TEXT(why, REASON_MAX),
    NUMBER(resumed),
    NUMBER(epoch),
    NUMBER(call_back),
    NUMBER(appointment_unix_ms),
    TEXT(place, PLACE_MAX),
    NAME(set_by, LW_NAME_MAX),
    MESSAGE_NEEDED(lead, &lead_rules),
    MESSAGES(contacts, CONTACTS_MAX, &lead_rules),
    NUMBER(interrupts),
    NAME(bought, LW_NAME_MAX),
    NUMBER(bought_unix_ms),
    TEXT(note, REASON_MAX),
    NAME(note_by, LW_NAME_MAX),
    NUMBER(no_customer),
    MESSAGES(joined, CONTACTS_MAX, &joined_contact_rules));

RULES(offer_answer,
    REQUEST_ID,
    NAME_NEEDED(lead_id, ID_MAX),
    NUMBER(offer_number),
    NUMBER(accept),
    TEXT(reason, REASON_MAX));

RULES(holding,
    NAME_NEEDED(lead_id, ID_MAX),
    NUMBER(offer_number),
    ENUM_NEEDED(state),
    NUMBER(deadline_unix_ms),
    NUMBER(received_unix_ms),
    NUMBER(weight),
    NAME(queue, LW_NAME_MAX),
    NUMBER(resumed),
    NUMBER(epoch),
    NUMBER(call_back),
    NUMBER(appointment_unix_ms),
    TEXT(place, PLACE_MAX),
    NAME(set_by, LW_NAME_MAX),
    NUMBER(touch_by_unix_ms),
    MESSAGE(lead, &lead_rules),
    MESSAGES(contacts, CONTACTS_MAX, &lead_rules),
    NAME(bought, LW_NAME_MAX),
    NUMBER(bought_unix_ms),
    TEXT(note, REASON_MAX),
    NAME(note_by, LW_NAME_MAX),
    NUMBER(no_customer),
    MESSAGES(joined, CONTACTS_MAX, &joined_contact_rules));

RULES(withdrawn,
    NAME_NEEDED(lead_id, ID_MAX),
    NUMBER(offer_number),
    TEXT(reason, REASON_MAX),
    NUMBER(epoch),
    NAME(taken_by, LW_NAME_MAX));

RULES(touch,
    REQUEST_ID,
    NAME_NEEDED(lead_id, ID_MAX),
    NUMBER(offer_number),
    ENUM(kind));

RULES(nudge,
    NAME_NEEDED(lead_id, ID_MAX),
    NUMBER(offer_number),
    NUMBER(touch_by_unix_ms),
    NUMBER(epoch));

RULES(snapshot_end,
    NUMBER(offers),
    NUMBER(holdings),
    NUMBER(epoch));

RULES(complete,
    REQUEST_ID,
    NAME_NEEDED(idempotency_id, LW_IDEMPOTENCY_ID_MAX),
    NAME_NEEDED(lead_id, ID_MAX),
    NAME_NEEDED(disposition, LW_NAME_MAX),
    TEXT(note, NOTE_MAX),
    NUMBER(at_unix_ms),
    TEXT(place, PLACE_MAX));

RULES(transfer,
    REQUEST_ID,
    NAME_NEEDED(lead_id, ID_MAX),
    NUMBER(offer_number),
    NAME(rep, LW_NAME_MAX),
    NAME(team, LW_NAME_MAX),
    NAME(skill, LW_NAME_MAX),
    NUMBER(level),
    NUMBER(appointment_unix_ms),
    TEXT(place, PLACE_MAX),
    NUMBER(back),
    TEXT(note, REASON_MAX));

RULES(pull,
    REQUEST_ID,
    NAME(lead_id, ID_MAX));

RULES(pullable_lead,
    NAME_NEEDED(lead_id, ID_MAX),
    NAME(queue, LW_NAME_MAX),
    ENUM(channel),
    NAME(source, LW_NAME_MAX),
    NUMBER(priority),
    NUMBER(received_unix_ms),
    NUMBER(call_back));

RULES(pull_list,
    REQUEST_ID,
    MESSAGES(leads, PULLABLE_MAX, &pullable_lead_rules),
    NUMBER(epoch));

/* events.proto */

RULES(lead_event,
    NAME_NEEDED(lead_id, ID_MAX),
    ENUM(from),
    ENUM(to),
    NAME(cause, LW_NAME_MAX),
    NAME(rep, LW_NAME_MAX),
    NAME(queue, LW_NAME_MAX),
    ENUM(channel),
    NAME(source, LW_NAME_MAX),
    NUMBER(priority),
    NUMBER(received_unix_ms),
    NAME(disposition, LW_NAME_MAX),
    NUMBER(offer_number),
    TEXT(reason, REASON_MAX),
    NUMBER(revision),
    NUMBER(deadline_unix_ms),
    NAME(preferred_rep, LW_NAME_MAX),
    NUMBER(preferred_until_unix_ms),
    NUMBER(do_not_call),
    NUMBER(call_back),
    NUMBER(appointment_unix_ms),
    NAME(by, LW_NAME_MAX),
    NAME(set_by, LW_NAME_MAX),
    NUMBER(contacts),
    NAMES(also_offered, ALSO_OFFERED_MAX, LW_NAME_MAX),
    NAME(other_lead_id, ID_MAX),
    NAME(trace_id, TRACE_ID_MAX));

RULES(rep_event,
    NAME_NEEDED(rep, LW_NAME_MAX),
    ENUM(state),
    NUMBER(load),
    NUMBER(capacity),
    NAME(cause, LW_NAME_MAX),
    NUMBER(connected),
    NUMBER(revision),
    NAME(by, LW_NAME_MAX),
    TEXT(reason, REASON_MAX),
    MESSAGES(declines, DECLINE_REASONS_MAX, &decline_count_rules),
    ENUM(device_state),
    NUMBER(device_until_unix_ms));

RULES(desk_event,
    NAME(cause, LW_NAME_MAX),
    NUMBER(config_version),
    NAME(nobody, LW_NAME_MAX),
    NUMBER(waiting),
    NAMES(tell, ADDRESSES_MAX, LW_NAME_MAX));

/* None of the three set is allowed: a later release may add a fourth. */
RULES(event,
    NUMBER(epoch),
    NUMBER(seq),
    NUMBER(previous_seq),
    NUMBER(at_unix_ms),
    MESSAGE(lead, &lead_event_rules),
    MESSAGE(rep, &rep_event_rules),
    MESSAGE(desk, &desk_event_rules));

RULES(snapshot_request,
    REQUEST_ID,
    NUMBER(cursor));

RULES(snapshot_reply,
    REQUEST_ID,
    NUMBER(epoch),
    NUMBER(seq),
    NUMBER(next_cursor),
    MESSAGES(leads, SNAPSHOT_ROWS_MAX, &lead_event_rules),
    MESSAGES(reps, SNAPSHOT_ROWS_MAX, &rep_event_rules));

/* config.proto */

RULES(skill_config,
    NAME_NEEDED(name, LW_NAME_MAX),
    TEXT(label, LW_LEAD_FIELD_MAX));

RULES(channel_config,
    ENUM_NEEDED(channel),
    NUMBER(weight),
    NUMBER(priority),
    NUMBER(offer_timeout_ms),
    NUMBER(wait_limit_ms),
    NUMBER(wrap_up_ms),
    NUMBER(connect_timeout_ms),
    NUMBER(call_back_when_abandoned),
    NUMBER(first_touch_ms),
    NUMBER(nudge_percent),
    NUMBER(interrupts));

RULES(skill_level,
    NAME_NEEDED(skill, LW_NAME_MAX),
    NUMBER(level));

RULES(queue_rate,
    NAME_NEEDED(queue, LW_NAME_MAX),
    NUMBER(rate));

RULES(source_cap,
    NAME_NEEDED(source, LW_NAME_MAX),
    NUMBER(most));

RULES(caps,
    NUMBER(per_hour),
    NUMBER(per_day),
    MESSAGES(sources, SKILLS_OF_ONE_MAX, &source_cap_rules));

RULES(rep_config,
    NAME_NEEDED(name, LW_NAME_MAX),
    TEXT(label, LW_LEAD_FIELD_MAX),
    NAME(team, LW_NAME_MAX),
    NUMBER(capacity),
    MESSAGES(skills, SKILLS_OF_ONE_MAX, &skill_level_rules),
    NAME(device, LW_LEAD_FIELD_MAX),
    NUMBER(tier),
    NUMBER(share),
    MESSAGES(languages, SKILLS_OF_ONE_MAX, &skill_level_rules),
    NAMES(territories, SKILLS_OF_ONE_MAX, LW_NAME_MAX),
    MESSAGE(caps, &caps_rules),
    NUMBER(reserve),
    MESSAGES(rates, SKILLS_OF_ONE_MAX, &queue_rate_rules));

RULES(interval,
    NUMBER(open_unix_ms),
    NUMBER(close_unix_ms));

RULES(team_config,
    NAME_NEEDED(name, LW_NAME_MAX),
    TEXT(label, LW_LEAD_FIELD_MAX),
    NAME(time_zone, LW_NAME_MAX),
    MESSAGES(hours, HOURS_MAX, &interval_rules),
    MESSAGES(days, HOURS_MAX, &interval_rules),
    NUMBER(outsourced),
    NUMBER(daily_cap),
    NUMBER(daily_share));

RULES(predicate,
    NAME_NEEDED(field, FIELD_NAME_MAX),
    ENUM_NEEDED(kind),
    TEXTS(values, VALUES_MAX, LW_LEAD_ATTRIBUTE_VALUE_MAX));

RULES(own_need,
    NAME(value, LW_NAME_MAX),
    NAME(field, FIELD_NAME_MAX),
    NUMBER(level));

RULES(relax_step,
    NUMBER(after_ms),
    NAMES(drop, SKILLS_OF_ONE_MAX, LW_NAME_MAX),
    MESSAGES(lower, SKILLS_OF_ONE_MAX, &skill_level_rules),
    NAMES(add_teams, TEAMS_MAX, LW_NAME_MAX),
    NUMBER(offer_to));

RULES(rule_config,
    NAME_NEEDED(name, LW_NAME_MAX),
    MESSAGES(when, PREDICATES_MAX, &predicate_rules),
    NAME(queue, LW_NAME_MAX),
    MESSAGES(require, SKILLS_OF_ONE_MAX, &skill_level_rules),
    NUMBER(priority),
    MESSAGE(language, &own_need_rules),
    MESSAGE(territory, &own_need_rules),
    NAMES(teams, TEAMS_MAX, LW_NAME_MAX),
    MESSAGES(relax, RELAX_MAX, &relax_step_rules),
    MESSAGES(prefer, SKILLS_OF_ONE_MAX, &skill_level_rules),
    NUMBER(value),
    NAME(value_from, FIELD_NAME_MAX),
    NUMBER(keeps_queue),
    NUMBER(first_touch_ms),
    NAME(owner, LW_NAME_MAX),
    NUMBER(owner_for_ms));

RULES(local_text,
    NAME_NEEDED(language, LANGUAGE_MAX),
    TEXT_NEEDED(text, LW_LEAD_FIELD_MAX));

RULES(disposition_config,
    NAME_NEEDED(code, LW_NAME_MAX),
    TEXT(label, LW_LEAD_FIELD_MAX),
    ENUM(class),
    ENUM(follow_up),
    NUMBER(after_ms),
    NUMBER(at_least_ms),
    NUMBER(at_most_ms),
    NUMBER(same_rep_for_ms),
    MESSAGES(texts, TEXTS_MAX, &local_text_rules));

RULES(decline_reason_config,
    NAME_NEEDED(name, LW_NAME_MAX),
    TEXT(label, LW_LEAD_FIELD_MAX),
    MESSAGES(texts, TEXTS_MAX, &local_text_rules));

RULES(break_reason_config,
    NAME_NEEDED(name, LW_NAME_MAX),
    TEXT(label, LW_LEAD_FIELD_MAX),
    MESSAGES(texts, TEXTS_MAX, &local_text_rules));

RULES(order_config,
    NUMBER(priority),
    NUMBER(slack),
    NUMBER(value),
    NUMBER(age),
    NUMBER(service_level_ms),
    NUMBER(age_cap_ms),
    NAME(hours_of, LW_NAME_MAX));

RULES(queue_config,
    NAME_NEEDED(name, LW_NAME_MAX),
    TEXT(label, LW_LEAD_FIELD_MAX),
    NAME(policy, LW_NAME_MAX),
    NUMBER(half_life_ms),
    NUMBER(offer_to),
    NUMBER(pull),
    MESSAGE(order, &order_config_rules));

RULES(fair_share_config,
    NUMBER(refused_counts),
    NUMBER(bad_counts),
    NUMBER(absent_leads_max));

RULES(people_config,
    NUMBER(join),
    NUMBER(window_ms),
    NUMBER(owner_for_ms),
    TEXT(owner_from, FIELD_NAME_MAX),
    NUMBER(customer_for_ms),
    NUMBER(keep_stops),
    NUMBER(park_stopped));

RULES(refusal_config,
    NAMES(reasons, DECLINE_REASONS_MAX, LW_NAME_MAX),
    NUMBER(retry_factor),
    NUMBER(retry_max_ms));

RULES(call_back_config,
    NUMBER(most),
    NUMBER(ends));

RULES(nobody_config,
    ENUM_NEEDED(kind),
    NUMBER(after_ms),
    NAMES(tell, ADDRESSES_MAX, LW_NAME_MAX));

RULES(opening_config,
    NUMBER(reps),
    NUMBER(for_ms),
    NAMES(teams, OPENING_TEAMS_MAX, LW_NAME_MAX));

RULES(user_config,
    NAME_NEEDED(name, LW_NAME_MAX),
    ENUM_NEEDED(role),
    NAME(team, LW_NAME_MAX),
    NAME(rep, LW_NAME_MAX));

RULES(desk_config,
    NAME(desk, LW_NAME_MAX),
    MESSAGES(skills, SKILLS_MAX, &skill_config_rules),
    MESSAGES(channels, CHANNELS_MAX, &channel_config_rules),
    MESSAGES(teams, TEAMS_MAX, &team_config_rules),
    MESSAGES(reps, REPS_MAX, &rep_config_rules),
    MESSAGES(rules, RULES_MAX, &rule_config_rules),
    MESSAGES(dispositions, DISPOSITIONS_MAX, &disposition_config_rules),
    NAME(policy, LW_NAME_MAX),
    NUMBER(grace_ms),
    NUMBER(return_assigned_when_gone),
    NUMBER(park_limit_ms),
    NUMBER(work_limit_ms),
    NUMBER(retry_same_rep_ms),
    NUMBER(offers_max),
    NUMBER(misses_to_away),
    TEXT(source_text, SOURCE_TEXT_MAX),
    MESSAGES(queues, QUEUE_CONFIGS_MAX, &queue_config_rules),
    MESSAGE(fair_share, &fair_share_config_rules),
    NUMBER(transfer_for_ms),
    MESSAGE(order, &order_config_rules),
    MESSAGE(refusals, &refusal_config_rules),
    MESSAGE(call_backs, &call_back_config_rules),
    MESSAGE(people, &people_config_rules),
    NUMBER(reopen_for_ms),
    MESSAGES(nobody_there, NOBODY_MAX, &nobody_config_rules),
    MESSAGE(opening, &opening_config_rules),
    MESSAGES(users, USERS_MAX, &user_config_rules),
    NUMBER(park_nudge_ms),
    NUMBER(all_rules),
    MESSAGES(decline_reasons, DECLINE_REASONS_MAX, &decline_reason_config_rules),
    MESSAGES(break_reasons, BREAK_REASONS_MAX, &break_reason_config_rules));

/* control.proto */

RULES(status_request, REQUEST_ID);

RULES(queue_status,
    NAME(queue, LW_NAME_MAX),
    NUMBER(waiting),
    NUMBER(oldest_age_ms));

RULES(bound,
    NAME(name, LW_NAME_MAX),
    NUMBER(used),
    NUMBER(max),
    NUMBER(refused_total),
    NUMBER(is_shut));

RULES(turn_times,
    NUMBER(count),
    NUMBER(long_count),
    NUMBER(max_us),
    NUMBER(recent_p99_us),
    NUMBER(recent_max_us),
    NUMBER(long_cpu_count),
    NUMBER(max_cpu_us));

RULES(paused_source,
    NAME_NEEDED(source, LW_NAME_MAX),
    NUMBER(since_unix_ms),
    NAME(by, LW_NAME_MAX),
    TEXT(reason, REASON_MAX));

RULES(status_reply,
    REQUEST_ID,
    NAME(desk, LW_NAME_MAX),
    NAME(version, LW_NAME_MAX),
    NUMBER(epoch),
    NAME(durability, LW_NAME_MAX),
    NAME(store_state, LW_NAME_MAX),
    NUMBER(config_version),
    NUMBER(now_unix_ms),
    NUMBER(uptime_ms),
    NUMBER(waiting),
    NUMBER(offered),
    NUMBER(connecting),
    NUMBER(assigned),
    NUMBER(parked),
    NUMBER(published_total),
    NUMBER(completed_total),
    NUMBER(cancelled_total),
    NUMBER(expired_total),
    NUMBER(duplicates_total),
    NUMBER(reps_on),
    NUMBER(reps_available),
    MESSAGES(queues, QUEUES_MAX, &queue_status_rules),
    NUMBER(journal_entries),
    NUMBER(checkpoint_age_ms),
    NUMBER(publishers),
    NUMBER(memory_bytes),
    NUMBER(refused_frames_total),
    NUMBER(scheduled),
    NUMBER(opening_until_unix_ms),
    NUMBER(opening_left),
    NUMBER(merged_total),
    NUMBER(reopened_total),
    TEXTS(store_warnings, STORE_WARNINGS_MAX, REASON_MAX),
    MESSAGES(bounds, BOUNDS_MAX, &bound_rules),
    NUMBER(busy_total),
    NUMBER(handshakes_failed_total),
    NUMBER(silent_cut_total),
    MESSAGE(turns, &turn_times_rules),
    MESSAGES(paused_sources, PAUSED_SOURCES_MAX, &paused_source_rules),
    NUMBER(checkpoint_slices),
    NUMBER(checkpoint_slices_long),
    NUMBER(checkpoint_slice_max_us),
    NAME(durability_in_force, LW_NAME_MAX),
    TEXT(store_reason, REASON_MAX),
    NUMBER(counts_untold));

RULES(apply_config,
    REQUEST_ID,
    MESSAGE_NEEDED(config, &desk_config_rules),
    NUMBER(check_only),
    NAME(applied_by, LW_NAME_MAX),
    NUMBER(based_on));

RULES(config_request, REQUEST_ID);

RULES(config_reply,
    REQUEST_ID,
    NUMBER(version),
    NUMBER(applied_unix_ms),
    NAME(applied_by, LW_NAME_MAX),
    MESSAGE(config, &desk_config_rules));

RULES(explain_request,
    REQUEST_ID,
    NAME(lead_id, ID_MAX),
    NAME(rep, LW_NAME_MAX),
    NUMBER(since_unix_ms),
    MESSAGE(lead, &lead_rules),
    NUMBER(all_present));

RULES(rep_decision,
    NUMBER(at_unix_ms),
    NAME(lead_id, ID_MAX),
    NUMBER(offer_number),
    NAME(rep, LW_NAME_MAX),
    NUMBER(mine),
    NUMBER(complete),
    NAME(queue, LW_NAME_MAX),
    ENUM(channel),
    NAME(policy, LW_NAME_MAX),
    NUMBER(config_version),
    TEXT(outcome, REASON_MAX),
    TEXT(excluded_by, REASON_MAX),
    TEXT(detail, REASON_MAX),
    TEXT(decided_by, REASON_MAX),
    TEXT(keys, REASON_MAX),
    TEXT(chosen_keys, REASON_MAX));

RULES(rep_waiting,
    TEXT(excluded_by, REASON_MAX),
    TEXT(detail, REASON_MAX),
    NUMBER(count));

RULES(candidate,
    NAME_NEEDED(rep, LW_NAME_MAX),
    TEXT(excluded_by, REASON_MAX),
    NUMBER(load),
    NUMBER(capacity),
    NUMBER(idle_ms),
    NUMBER(rank),
    NUMBER(chosen),
    TEXT(detail, REASON_MAX),
    TEXT(keys, REASON_MAX));

RULES(decision,
    NUMBER(at_unix_ms),
    NUMBER(offer_number),
    NAME(rep, LW_NAME_MAX),
    NUMBER(config_version),
    NAME(policy, LW_NAME_MAX),
    TEXT(cause, REASON_MAX),
    NUMBER(considered),
    NUMBER(eligible),
    NUMBER(complete),
    MESSAGES(candidates, CANDIDATES_MAX, &candidate_rules),
    TEXT(outcome, REASON_MAX),
    TEXT(urgency, REASON_MAX),
    TEXT(reason, REASON_MAX));

RULES(lead_act_note,
    NUMBER(at_unix_ms),
    NAME(what, LW_NAME_MAX),
    NAME(rep, LW_NAME_MAX),
    NAME(by, LW_NAME_MAX),
    TEXT(reason, REASON_MAX),
    NAME(other_lead_id, ID_MAX));

RULES(call_leg,
    NUMBER(at_unix_ms),
    NAME(rep, LW_NAME_MAX),
    NUMBER(offer_number),
    NAME(outcome, LW_NAME_MAX),
    NAME(leg_id, LW_LEAD_FIELD_MAX));

RULES(explain_reply,
    REQUEST_ID,
    NUMBER(found),
    NAME(lead_id, ID_MAX),
    ENUM(state),
    NAME(queue, LW_NAME_MAX),
    NAME(rule, LW_NAME_MAX),
    MESSAGES(require, SKILLS_OF_ONE_MAX, &skill_level_rules),
    NUMBER(priority),
    ENUM(channel),
    NAME(source, LW_NAME_MAX),
    NUMBER(received_unix_ms),
    MESSAGES(decisions, DECISIONS_MAX, &decision_rules),
    TEXT(waiting_because, REASON_MAX),
    MESSAGES(rep_decisions, DECISIONS_MAX, &rep_decision_rules),
    MESSAGES(rep_waiting, WAITING_REASONS_MAX, &rep_waiting_rules),
    NUMBER(since_unix_ms),
    MESSAGES(legs, DECISIONS_MAX, &call_leg_rules),
    NUMBER(touched_unix_ms),
    NAME(touched, LW_NAME_MAX),
    MESSAGES(acts, DECISIONS_MAX, &lead_act_note_rules),
    MESSAGES(declines, DECLINE_REASONS_MAX, &decline_count_rules));

RULES(lead_command,
    REQUEST_ID,
    NAME_NEEDED(lead_id, ID_MAX),
    ENUM_NEEDED(act),
    NAME(by, LW_NAME_MAX),
    TEXT(reason, REASON_MAX),
    NAME(rep, LW_NAME_MAX),
    NUMBER(until_unix_ms),
    NUMBER(priority),
    NAME(into_lead_id, ID_MAX));

RULES(rep_command,
    REQUEST_ID,
    NAME_NEEDED(rep, LW_NAME_MAX),
    ENUM_NEEDED(state),
    NAME(by, LW_NAME_MAX),
    TEXT(reason, REASON_MAX));

RULES(customer_command,
    REQUEST_ID,
    NAMES(phones, LW_LEAD_PHONES_MAX, ID_MAX),
    NAMES(emails, LW_LEAD_EMAILS_MAX, LW_LEAD_FIELD_MAX),
    NAME(owner, LW_NAME_MAX),
    NAME(bought, LW_NAME_MAX),
    NUMBER(bought_unix_ms));

RULES(source_command,
    REQUEST_ID,
    NAME_NEEDED(source, LW_NAME_MAX),
    NUMBER(pause),
    NAME(by, LW_NAME_MAX),
    TEXT(reason, REASON_MAX));

RULES(ledger_request, REQUEST_ID);

RULES(choices_request, REQUEST_ID);

RULES(day_request, REQUEST_ID);

RULES(day_why,
    TEXT(excluded_by, REASON_MAX),
    TEXT(detail, REASON_MAX),
    TEXT(decided_by, REASON_MAX),
    NUMBER(count));

RULES(day_reply,
    REQUEST_ID,
    NAME_NEEDED(rep, LW_NAME_MAX),
    NUMBER(since_unix_ms),
    NUMBER(offered),
    NUMBER(accepted),
    NUMBER(completed),
    NUMBER(declined),
    NUMBER(missed),
    NUMBER(shared),
    NUMBER(share),
    NUMBER(present),
    NUMBER(owed_hundredths),
    NUMBER(place),
    NUMBER(of),
    MESSAGES(others, WAITING_REASONS_MAX, &day_why_rules),
    MESSAGES(waiting, WAITING_REASONS_MAX, &day_why_rules));

RULES(ledger_row,
    NAME_NEEDED(rep, LW_NAME_MAX),
    NUMBER(share),
    NUMBER(present),
    NUMBER(owed_hundredths),
    NUMBER(place));

RULES(ledger_reply,
    REQUEST_ID,
    NUMBER(in_use),
    NUMBER(given_units),
    MESSAGES(rows, REPS_MAX, &ledger_row_rules));

static const struct wire_type_info types[] = {
#define X(number, name_, member, message, sender, size_max_) \
    [number] = {.name = #member, .rules = &member##_rules, .senders = (sender), .size_max = (size_max_)},
    WIRE_TYPE_TABLE(X)
#undef X
};

const struct wire_type_info *wire_type_find(unsigned number)
{
    if (number >= sizeof types / sizeof types[0] || !types[number].name)
        return NULL;
    return &types[number];
}

static bool filled(const char *text)
{
    return text && *text;
}

static const char *check_lead_named(const char *lead_id, const char *source, const char *idempotency_id)
{
    if (filled(lead_id) || (filled(source) && filled(idempotency_id)))
        return NULL;
    return "lead_id is missing, and so are source and idempotency_id";
}

static const char *check_recording(const ProtobufCMessage *message)
{
    const Leadwire__V1__Recording *recording = (const Leadwire__V1__Recording *)message;

    return web_url_is_valid(recording->url) ? NULL : "url is not an http or https address";
}

static const char *check_lead_query(const ProtobufCMessage *message)
{
    const Leadwire__V1__LeadQuery *query = (const Leadwire__V1__LeadQuery *)message;

    return check_lead_named(query->lead_id, query->source, query->idempotency_id);
}

static const char *check_cancel(const ProtobufCMessage *message)
{
    const Leadwire__V1__Cancel *cancel = (const Leadwire__V1__Cancel *)message;

    return check_lead_named(cancel->lead_id, cancel->source, cancel->idempotency_id);
}
