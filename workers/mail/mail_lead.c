/* SPDX-License-Identifier: Apache-2.0 */
#include "mail_lead.h"

#include "adf_lead.h"
#include "adf_text.h"
#include "contact_id.h"
#include "email_address.h"
#include "is_sanitized.h"
#include "mail_stop.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { MESSAGE_ID_IN_KEY_MAX = 160, FORM_ATTRIBUTES_MAX = 24, MAIL_ARENA_KEEP = 64 * 1024 };

static enum mail_reason judge(const struct mail_source *source, struct mail_lead *out, enum mail_reason read);
static bool read_body(const struct mail_source *source, struct mail_lead *out);
static bool form_names_a_person(const struct mail_source *source, const struct form_body *form);
static void fill_person_of_form(struct mail_lead *out);
static void fill_person_of_header(struct mail_lead *out, const struct mail_address *person, bool own_from);
static void fill_person_of_adf(struct mail_lead *out, const struct mail_address *person);
static void fill_contents(struct mail_lead *out, bool by_form);
static void fill_references(struct mail_lead *out);
static void fill_stop(struct mail_lead *out);
static void make_idempotency_id(const struct mail_source *source, const void *bytes, size_t size, struct mail_lead *out);
static const struct mail_address *person_of_header(const struct mail_source *source, const struct mail_message *message);

enum mail_reason mail_lead_read(const struct mail_source *source, const void *bytes, size_t size, struct mail_lead *out)
{
    if (IS_SANITIZED)
        mail_lead_fini(out);   /* a sanitizer shall see what is used after its end */
    if (out->arena.cap_bytes == 0)
        arena_init(&out->arena, MAIL_ARENA_CAP);
    arena_reset(&out->arena, MAIL_ARENA_KEEP);
    out->lead = NULL;
    out->detail = "";
    out->idempotency_id[0] = '\0';
    out->form.count = out->form.known = 0;
    out->adf_text = NULL;
    enum mail_reason reason = mail_message_read(bytes, size, &out->arena, &out->message);
    return judge(source, out, reason);
}

enum mail_reason mail_lead_build(const struct mail_source *source, const void *bytes, size_t size,
                                 const char *raw_ref, struct mail_lead *out)
{
    const struct lead_defaults defaults = {LW_CHANNEL_EMAIL, source->name, source->region, source->language};
    lead_builder_init(&out->builder, &defaults);
    const struct mail_address *person = person_of_header(source, &out->message);
    bool robot = !person || mail_is_robot(&source->rules, person->address);
    bool by_form = robot && form_names_a_person(source, &out->form);
    if (out->adf_text)
        fill_person_of_adf(out, person);
    else if (by_form)
        fill_person_of_form(out);
    else
        fill_person_of_header(out, person, mail_is_own(&source->rules, out->message.from.address));
    out->person_in_body = by_form || out->adf_text;
    if (!out->person_in_body)
        fill_stop(out);
    fill_contents(out, by_form);
    fill_references(out);
    lead_builder_set_text(&out->builder, LEAD_FIELD_RAW_REF, raw_ref);
    make_idempotency_id(source, bytes, size, out);
    if (lead_builder_finish(&out->builder, &out->lead, &out->detail) != LW_OK)
        return MAIL_NO_SENDER;
    out->detail = "";
    return MAIL_LEAD;
}

void mail_lead_fini(struct mail_lead *lead)
{
    lead_builder_fini(&lead->builder);
    arena_fini(&lead->arena);
}

/* Everything that makes a mail no lead, in the order in which it is said. read: what reading gave. */
static enum mail_reason judge(const struct mail_source *source, struct mail_lead *out, enum mail_reason read)
{
    const struct mail_message *message = &out->message;
    struct mail_verdict verdict = mail_judge_headers(message, &source->rules);
    /* A report or a list mail is none of our business, however it is built. */
    if (verdict.reason != MAIL_LEAD && !verdict.forgivable)
        return verdict.reason;
    if (read != MAIL_LEAD)
        return read;
    if (!read_body(source, out))
        return MAIL_UNPARSABLE;

    const struct mail_address *person = person_of_header(source, message);
    bool in_form = form_names_a_person(source, &out->form);
    bool by_robot = (message->from.address && mail_is_robot(&source->rules, message->from.address)) || !person;
    if (verdict.reason != MAIL_LEAD && !(by_robot && in_form) && !out->adf_text)
        return verdict.reason;
    bool says_nothing = out->body.own[strspn(out->body.own, " \t\r\n")] == '\0';
    if (says_nothing && message->subject[0] == '\0' && message->attachment_count == 0)
        return MAIL_EMPTY;
    if (in_form || (out->adf_text && (message->from.address || adf_names_a_person(&out->adf))))
        return MAIL_LEAD;
    if (!person)
        return message->from.address ? MAIL_OWN_ADDRESS : MAIL_NO_SENDER;
    return mail_is_noreply(person->address) ? MAIL_NO_SENDER : MAIL_LEAD;
}

/* Labels that stand alone are looked for only where the others name nobody. */
static bool read_form(const struct mail_source *source, struct mail_lead *out)
{
    static struct form_body below;   /* large */
    const struct mail_rules *rules = &source->rules;
    const struct mail_address *from = &out->message.from;
    if (!form_body_read(&out->arena, out->body.own, rules->labels, rules->label_count, &out->form))
        return false;
    if (!from->address || !(mail_is_robot(rules, from->address) || mail_is_own(rules, from->address)) || form_names_a_person(source, &out->form))
        return true;
    if (!form_body_read_below(&out->arena, out->body.own, rules->labels, rules->label_count, &below))
        return false;
    if (form_names_a_person(source, &below))
        out->form = below;
    return true;
}

/* What the mail's text is: somebody's words, a form, or ADF. False at the arena's cap. */
static bool read_body(const struct mail_source *source, struct mail_lead *out)
{
    if (!mail_body_cut(&out->arena, out->message.text, &out->body))
        return false;
    const char *in_text = adf_text_find(out->body.own);
    out->adf_text = in_text ? in_text : out->message.adf;
    out->adf_in_text = in_text != NULL;
    if (out->adf_text && !adf_read(&out->arena, out->adf_text, &out->adf))
        return false;
    return out->adf_in_text || read_form(source, out);
}

/* Reply-To, From, Sender: the first that is not ourselves; NULL if there is none. */
static const struct mail_address *person_of_header(const struct mail_source *source, const struct mail_message *message)
{
    const struct mail_address *candidates[] = {&message->reply_to, &message->from,
                                               message->from.address ? NULL : &message->sender};
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
        if (candidates[i] && candidates[i]->address && !mail_is_own(&source->rules, candidates[i]->address))
            return candidates[i];
    }
    return NULL;
}

/* An address that is not ours, or a phone with a name: a colleague's signature has neither. */
static bool form_names_a_person(const struct mail_source *source, const struct form_body *form)
{
    bool phone = false, name = false;
    for (size_t i = 0; i < form->count; i++) {
        const struct form_line *line = &form->lines[i];
        struct email_address email;
        if (line->what == FORM_EMAIL || line->what == FORM_SENDER) {
            if (email_address_read(line->value, strlen(line->value), &email) &&
                !mail_is_own(&source->rules, email.address) && form->known >= 2)
                return true;
        }
        phone = phone || line->what == FORM_PHONE;
        name = name || line->what == LEAD_FIELD_FULL_NAME || line->what == LEAD_FIELD_GIVEN_NAME ||
               line->what == LEAD_FIELD_FAMILY_NAME;
    }
    return phone && name;
}

/* "Mario Rossi <mario@example.it>": the name goes in as the full name. */
static void add_form_sender(struct lead_builder *builder, const char *value)
{
    const char *bracket = strchr(value, '<');
    struct email_address email;
    if (email_address_read(value, strlen(value), &email))
        lead_builder_add_email(builder, value, strlen(value));
    else if (!bracket)
        bracket = value + strlen(value);   /* "From: Mario Rossi" */
    if (bracket)
        lead_builder_set(builder, LEAD_FIELD_FULL_NAME, value, (size_t)(bracket - value));
}

static void fill_person_of_form(struct mail_lead *out)
{
    struct lead_builder *builder = &out->builder;
    for (size_t i = 0; i < out->form.count; i++) {
        const struct form_line *line = &out->form.lines[i];
        size_t size = strlen(line->value);
        if (line->what == FORM_PHONE)
            lead_builder_add_phone(builder, line->value, size, NULL);
        else if (line->what == FORM_EMAIL)
            lead_builder_add_email(builder, line->value, size);
        else if (line->what == FORM_SENDER)
            add_form_sender(builder, line->value);
        else if (line->what < LEAD_FIELD_COUNT)
            lead_builder_set(builder, (enum lead_field)line->what, line->value, size);
    }
}

/* With nobody in the ADF to write back to, it is the sender, even if that is a program or ourselves: the lead must not be lost. */
static void fill_person_of_adf(struct mail_lead *out, const struct mail_address *person)
{
    struct lead_builder *builder = &out->builder;
    adf_fill_lead(&out->adf, builder);
    if (builder->lead.phone_count + builder->lead.email_count > 0)
        return;
    const char *address = person ? person->address : out->message.from.address;
    if (address)
        lead_builder_add_email(builder, address, strlen(address));
    lead_builder_warn(builder, "the ADF names no phone and no email that could be read: the address is that of the mail's sender");
}

/* Programs put the address there when they know no name. */
static void add_name(struct lead_builder *builder, const char *name)
{
    if (!strchr(name, '@'))
        lead_builder_set_text(builder, LEAD_FIELD_FULL_NAME, name);
}

static void fill_person_of_header(struct mail_lead *out, const struct mail_address *person, bool own_from)
{
    struct lead_builder *builder = &out->builder;
    if (person) {
        lead_builder_add_email(builder, person->address, strlen(person->address));
        add_name(builder, person->name);
        if (person == &out->message.reply_to && out->message.from.address && !own_from)
            add_name(builder, out->message.from.name);   /* a bare Reply-To is the same person's other address */
    }
    for (size_t i = 0; i < out->form.count; i++) {
        const struct form_line *line = &out->form.lines[i];
        if (line->what == FORM_PHONE)
            lead_builder_add_phone(builder, line->value, strlen(line->value), NULL);
    }
}

/* "Your budget" -> "your_budget"; false when nothing is left of it. */
static bool attribute_name(const char *label, char name[64])
{
    size_t size = 0;
    for (const char *at = label; *at && size < 63; at++) {
        char c = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
        bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (word)
            name[size++] = c;
        else if (size > 0 && name[size - 1] != '_')
            name[size++] = '_';
    }
    while (size > 0 && name[size - 1] == '_')
        size--;
    name[size] = '\0';
    return size > 1;
}

static void fill_contents(struct mail_lead *out, bool by_form)
{
    struct lead_builder *builder = &out->builder;
    const struct mail_message *message = &out->message;
    lead_builder_set_text(builder, LEAD_FIELD_SUBJECT, message->subject);
    lead_builder_set_text(builder, LEAD_FIELD_MESSAGE_ID, message->message_id);
    lead_builder_set_text(builder, LEAD_FIELD_LANGUAGE, message->language);
    /* With a form or ADF the message field came first, and the first value wins. */
    bool readable = out->adf_text && out->adf.complete && adf_names_a_person(&out->adf);
    if (!(readable && out->adf_in_text))
        lead_builder_set_text(builder, LEAD_FIELD_SUMMARY, out->body.summary);
    if (out->adf_text && !readable)
        lead_builder_set_text(builder, LEAD_FIELD_SUMMARY, out->adf_text);
    for (size_t i = 0; i < message->attachment_count; i++) {
        const struct mail_attachment *attachment = &message->attachments[i];
        lead_builder_add_attachment(builder, attachment->file_name, attachment->media_type, attachment->size_bytes);
    }
    size_t added = 0;
    for (size_t i = 0; by_form && i < out->form.count && added < FORM_ATTRIBUTES_MAX; i++) {
        const struct form_line *line = &out->form.lines[i];
        char name[64];
        if (line->what != FORM_OTHER || !attribute_name(line->label, name))
            continue;
        lead_builder_add_attribute(builder, name, line->value, strlen(line->value));
        added++;
    }
    for (size_t i = 0; i < message->warning_count; i++)
        lead_builder_warn(builder, "%s", message->warnings[i]);
}

/* Who writes nothing but "stop" (with no text at all: as the subject) wants to hear no more; said at the time that the mail bears. */
static void fill_stop(struct mail_lead *out)
{
    const int64_t year_2100_unix_ms = INT64_C(4102444800000);
    const struct mail_message *message = &out->message;
    bool blank = out->body.summary[strspn(out->body.summary, " \t\r\n")] == '\0';
    const char *words = blank ? message->subject : out->body.summary;
    int64_t said_unix_ms = message->date_unix_ms > 0 && message->date_unix_ms < year_2100_unix_ms ? message->date_unix_ms : 0;
    if (!mail_says_stop(words))
        return;
    lead_builder_add_consent(&out->builder, "contact", false, said_unix_ms, words);
    lead_builder_add_attribute(&out->builder, "do_not_call", "yes", 3);
}

static bool has_reference(const struct lw_lead *lead, const char *id)
{
    for (size_t i = 0; i < lead->reference_count; i++) {
        if (strcmp(lead->references[i], id) == 0)
            return true;
    }
    return false;
}

/* Adds each <id> of a header's value. */
static void add_references(struct mail_lead *out, const char *value)
{
    for (const char *at = strchr(value, '<'); at; at = strchr(at, '<')) {
        size_t size = strcspn(++at, "<>");
        if (at[size] == '\0')
            return;
        if (at[size] == '>' && size > 0 && size <= LW_LEAD_FIELD_MAX) {
            char *id = arena_copy(&out->arena, at, size);
            if (id && !has_reference(&out->builder.lead, id))
                lead_builder_add_reference(&out->builder, id);
        }
        at += size;
    }
}

static void fill_references(struct mail_lead *out)
{
    static const char *const names[] = {"In-Reply-To", "References"};   /* the nearest first: there is a cap */
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        for (size_t i = 0; i < out->message.header_count; i++) {
            if (strcasecmp(out->message.headers[i].name, names[n]) == 0)
                add_references(out, out->message.headers[i].value);
        }
    }
}

/* "<Message-ID> <SHA-256 of the bytes>": a Message-ID alone is the sender's word. */
static void make_idempotency_id(const struct mail_source *source, const void *bytes, size_t size, struct mail_lead *out)
{
    char hex[65], both[MESSAGE_ID_IN_KEY_MAX + 80];
    const char *id = out->message.message_id;
    if (id[0] == '\0' || strlen(id) > MESSAGE_ID_IN_KEY_MAX) {
        contact_id_from_bytes(source->name, bytes, size, out->idempotency_id);
        return;
    }
    contact_hash_hex(source->name, bytes, size, hex);
    int length = snprintf(both, sizeof both, "%s %s", id, hex);
    contact_id_from_source(source->name, both, (size_t)length, out->idempotency_id);
}
