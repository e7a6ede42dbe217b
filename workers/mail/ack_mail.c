/* SPDX-License-Identifier: Apache-2.0 */
#include "ack_mail.h"

#include "byte_buffer.h"
#include "contact_id.h"
#include "email_address.h"
#include "mail_judge.h"

#include <gmime/gmime.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NAME_SIZE_MAX = 40, QUOTED_SUBJECT_MAX = 120, HEADER_ID_MAX = 400 };

static bool is_due(const struct ack_config *config, const struct mail_lead *mail);
static const struct ack_text *text_for(const struct ack_config *config, const char *language);
static char *fill(const char *pattern, size_t size_max, const struct lw_lead *lead);
static char *write_mail(const struct ack_config *config, const struct mail_lead *mail, int64_t now_unix_ms);

struct ack_mail *ack_mail_make(const struct ack_config *config, const struct mail_lead *mail, int64_t now_unix_ms)
{
    struct email_address address;
    if (!config || !is_due(config, mail))
        return NULL;
    const char *to = mail->lead->emails[0].address;
    char *text = email_address_read(to, strlen(to), &address) ? write_mail(config, mail, now_unix_ms) : NULL;
    size_t size = text ? strlen(text) : 0;
    struct ack_mail *made = text ? malloc(sizeof *made + size + 1) : NULL;
    if (made) {
        made->config = config;
        made->size = size;
        memcpy(made->text, text, size + 1);
        contact_hash_hex("acknowledgement", address.key, strlen(address.key), made->person);
    }
    g_free(text);
    return made;
}

/* "<>" with any space. */
static bool is_empty_path(const char *value)
{
    return value && strspn(value, " \t<>") == strlen(value);
}

static bool is_due(const struct ack_config *config, const struct mail_lead *mail)
{
    const struct lw_lead *lead = mail->lead;
    for (size_t i = 0; i < lead->consent_count; i++) {
        if (!lead->consents[i].granted)
            return false;
    }
    return lead->email_count > 0 && lead->reference_count == 0 && (config->bodies || !mail->person_in_body) &&
           !mail_is_noreply(lead->emails[0].address) && !is_empty_path(mail_header_find(&mail->message, "Return-Path")) &&
           !mail_header_find(&mail->message, "X-Auto-Response-Suppress");
}

static const struct ack_text *text_for(const struct ack_config *config, const char *language)
{
    for (size_t i = 0; language && i < config->text_count; i++) {
        if (strcmp(config->texts[i].language, language) == 0)
            return &config->texts[i];
    }
    return &config->texts[0];
}

/* Letters of any script, spaces, hyphens, apostrophes: nothing that could be an address, a number or a link. */
static bool is_plain_name(const char *name)
{
    size_t size = strlen(name);
    if (size == 0 || size > NAME_SIZE_MAX)
        return false;
    for (const char *at = name; *at; at++) {
        unsigned char c = (unsigned char)*at;
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
        if (!letter && c != ' ' && c != '-' && c != '\'')
            return false;
    }
    return true;
}

static const char *name_of(const struct lw_lead *lead)
{
    const char *full = lead->full_name ? lead->full_name : "";
    if (!is_plain_name(full))
        return "";
    return lead->given_name && lead->given_name[0] ? lead->given_name : full;
}

/* At most so many bytes, whole characters. */
static size_t cut(const char *text, size_t size_max)
{
    size_t size = strlen(text);
    if (size <= size_max)
        return size;
    for (size = size_max; size > 0 && ((unsigned char)text[size] & 0xC0) == 0x80;)
        size--;
    return size;
}

static void put_place(struct byte_buffer *out, const char *text, size_t size_max)
{
    size_t size = cut(text, size_max);
    while (size == 0 && out->size > 0 && out->data[out->size - 1] == ' ')
        byte_buffer_truncate(out, out->size - 1);   /* "Hello {name}," -> "Hello," */
    byte_buffer_put(out, text, size);
}

/* The pattern with its places filled; free() it. NULL without memory. */
static char *fill(const char *pattern, size_t size_max, const struct lw_lead *lead)
{
    static const char name[] = "{name}", subject[] = "{subject}";
    struct byte_buffer out;
    byte_buffer_init(&out, size_max);
    for (const char *at = pattern; *at;) {
        if (strncmp(at, name, sizeof name - 1) == 0) {
            put_place(&out, name_of(lead), NAME_SIZE_MAX);
            at += sizeof name - 1;
        } else if (strncmp(at, subject, sizeof subject - 1) == 0) {
            put_place(&out, lead->subject ? lead->subject : "", QUOTED_SUBJECT_MAX);
            at += sizeof subject - 1;
        } else {
            byte_buffer_put(&out, at++, 1);
        }
    }
    byte_buffer_put(&out, "", 1);
    if (!out.failed)
        return (char *)out.data;   /* the caller's now */
    byte_buffer_fini(&out);
    return NULL;
}

static void set_ids(GMimeMessage *message, const struct mail_lead *mail, const char *from)
{
    char hex[65], id[HEADER_ID_MAX + 4];
    struct email_address address;
    if (!email_address_read(from, strlen(from), &address))   /* was checked with the configuration */
        return;
    contact_hash_hex("acknowledgement", mail->idempotency_id, strlen(mail->idempotency_id), hex);
    snprintf(id, sizeof id, "%.32s@%s", hex, strrchr(address.address, '@') + 1);
    g_mime_message_set_message_id(message, id);
    const char *first = mail->message.message_id;
    if (first[0] == '\0' || strlen(first) > HEADER_ID_MAX || strpbrk(first, "<> \t\r\n"))
        return;
    snprintf(id, sizeof id, "<%s>", first);
    g_mime_object_set_header(GMIME_OBJECT(message), "In-Reply-To", id, NULL);
    g_mime_object_set_header(GMIME_OBJECT(message), "References", id, NULL);
}

static void set_text(GMimeMessage *message, const char *text)
{
    GMimeTextPart *part = g_mime_text_part_new_with_subtype("plain");
    g_mime_text_part_set_charset(part, "utf-8");
    g_mime_text_part_set_text(part, text);
    g_mime_part_set_content_encoding(GMIME_PART(part), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    g_mime_message_set_mime_part(message, GMIME_OBJECT(part));
    g_object_unref(part);
}

/* g_free() it. NULL without memory. */
static char *write_mail(const struct ack_config *config, const struct mail_lead *mail, int64_t now_unix_ms)
{
    const struct ack_text *words = text_for(config, mail->lead->language);
    char *subject = fill(words->subject, ACK_SUBJECT_MAX + QUOTED_SUBJECT_MAX * 2, mail->lead);
    char *text = fill(words->text, ACK_TEXT_MAX + 4096, mail->lead), *written = NULL;
    if (subject && text) {
        GMimeMessage *message = g_mime_message_new(TRUE);
        InternetAddressList *from = internet_address_list_parse(NULL, config->from);
        GDateTime *now = g_date_time_new_from_unix_utc(now_unix_ms / 1000);
        internet_address_list_append(g_mime_message_get_from(message), from);
        g_mime_message_add_mailbox(message, GMIME_ADDRESS_TYPE_TO, NULL, mail->lead->emails[0].address);
        g_mime_message_set_subject(message, subject, "utf-8");
        g_mime_message_set_date(message, now);
        set_ids(message, mail, config->from);
        g_mime_object_set_header(GMIME_OBJECT(message), "Auto-Submitted", "auto-replied", NULL);
        g_mime_object_set_header(GMIME_OBJECT(message), "X-Auto-Response-Suppress", "All", NULL);
        set_text(message, text);
        written = g_mime_object_to_string(GMIME_OBJECT(message), NULL);
        g_date_time_unref(now);
        g_object_unref(from);
        g_object_unref(message);
    }
    free(subject);
    free(text);
    return written;
}
