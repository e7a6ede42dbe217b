/* SPDX-License-Identifier: Apache-2.0
 *
 * web_config - the sources of leadwire-web, as the configuration file says.
 *
 *   public_base: https://leads.example.com   where senders reach us; needed where the URL is signed
 *   spool: {directory: spool, size_max_mib: 256}   where contacts of sources that cannot retry wait for the broker
 *   sources:
 *     contact-form:                     POST /in/contact-form
 *       region: IT                      how national numbers are read
 *       language: it                    of a lead that says none
 *       charset: windows-1251           of a form's texts that are no UTF-8, see form_charset.h
 *       idempotency: form_response.token   the source's own id of a contact; else the header
 *                                       Idempotency-Key; else a hash of the body
 *       thank_you: https://example.com/grazie
 *       thank_you_text: Grazie!         without thank_you: what the plain page says
 *       retry_text, missing_text        what it says when we are away; when nobody could be reached
 *       limits: {per_minute: 600, per_client: 30}   requests a minute of all, and of one address (IPv6: its first 64 bits)
 *       cannot_retry: yes               who sends does not come again: while the broker is away the contact is held
 *       handshake: {secret_file: meta.verify}   answers GET hub.mode=subscribe with hub.challenge to who knows the token
 *       fetch: ...                      the webhook only names contacts, see web_push.h
 *       honeypot: website               a field people do not see: who fills it is a robot
 *       origins: [https://example.com]  pages whose scripts may post here
 *       secret_file: crm.secret         the sender must know it
 *       secret_header: X-Api-Key        in this header (default X-Leadwire-Key)
 *       signature: {scheme: typeform, secret_file: ...}   or sign with it, see signature_config.h
 *       map: ..., ignore: ..., expect: ..., document: ..., pairs: ...   see web_mapping.h
 */
#ifndef WEB_CONFIG_H
#define WEB_CONFIG_H

#include <stddef.h>

#include "contact_spool.h"
#include "signature_config.h"
#include "web_mapping.h"
#include "worker_config.h"

enum { WEB_ORIGINS_MAX = 32, WEB_FETCH_URL_MAX = 1024 };

/* Where to fetch contacts that a webhook only names; url NULL: nowhere. */
struct web_fetch {
    const char *each, *id, *created;   /* created may be NULL */
    const char *url;                   /* holds "{id}" once */
    const char *token, *ca_file;       /* NULL: none; the system's list */
    bool allow_private;
};

struct web_source {
    const char *name;
    struct lead_defaults defaults;
    struct web_mapping mapping;
    bool cannot_retry;
    const char *verify_token;     /* of the handshake; NULL: there is none */
    struct web_fetch fetch;
    const char *charset;          /* of form texts that are no UTF-8; NULL: guessed */
    const char *idempotency;      /* field or path; NULL */
    const char *thank_you;        /* URL; NULL: a plain page */
    const char *thank_you_text, *retry_text, *missing_text;
    uint32_t per_minute, per_minute_client;   /* 0: no limit */
    const char *honeypot;         /* NULL: none */
    const struct signature_rule *signature;   /* NULL: anybody may post */
    const char *const *origins;
    size_t origin_count;
};

struct web_config {
    struct contact_spool_options spool;     /* takes effect at a start */
    const char *public_base;            /* NULL: not known */
    const struct web_source *sources;   /* by name */
    size_t source_count;
};

/* The read function of struct http_worker_plan; gives a struct web_config. */
void *web_config_read(struct yaml_doc *doc, const char *config_path, const struct worker_config *common, struct arena *arena);
const struct web_source *web_config_find(const struct web_config *config, const char *name);

#endif
