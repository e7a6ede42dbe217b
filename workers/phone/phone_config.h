/* SPDX-License-Identifier: Apache-2.0
 *
 * phone_config - the lines of leadwire-phone, as the configuration file says.
 *
 *   public_base: https://voice.example.com   where the telephony service reaches us
 *   spool: {directory: spool}        where webhooks that do not come again wait for the broker; absent: their sender is told 503
 *   sources:
 *     main-line:                     webhooks at {public_base}/voice/main-line/...
 *       auth_token_file: voice.token the service's secret for signatures
 *       signature: required          Twilio's scheme; off: no check; only when we listen on loopback; or, without auth_token_file,
 *                                    {scheme: telnyx, secret_file: telnyx.pub}, any of signature_config.h
 *       region: IT
 *       language: it                 of callers whose country has no texts here
 *       poll: 3s                     how often a waiting caller is looked after
 *       say_every: 10                the hold text again after so many polls, or when the position changes
 *       ring_for: 20s                the rep's phone
 *       caller_id: "+39021234567"    what the rep's phone shows; absent: the caller's number
 *       refuse: [closed]             with these words of the broker a caller is not kept waiting; absent: all are
 *       voicemail: {length_max: 2m}  who would be sent away may leave a message (voicemail_config.h); absent: is sent away
 *       hold_music: https://...      played between polls; absent: silence
 *       texts:
 *         it: {locale: it-IT, voice: alice, hold: "...{position}...", goodbye: "...", voicemail: "..."}
 *   sip: ...                         the SIP door (sip_config.h); with it sources and public_base may be absent
 */
#ifndef PHONE_CONFIG_H
#define PHONE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contact_spool.h"
#include "lead_builder.h"
#include "signature_config.h"
#include "sip_config.h"
#include "voicemail_config.h"
#include "worker_config.h"

enum { PHONE_TEXTS_MAX = 32 };

/* Spoken words in one language. "{position}" in hold stands for the caller's place in the queue. */
struct phone_texts {
    const char *language;   /* "it" */
    const char *locale;     /* of the voice: "it-IT"; NULL: the language */
    const char *voice;      /* NULL: the service's default */
    const char *hold, *goodbye;
    const char *voicemail, *message_taken;   /* asks for a message; thanks for it */
    const char *closed, *no_rep, *busy;   /* instead of hold, or of goodbye, while nobody is there; NULL: that is said */
};

struct phone_source {
    const char *name;
    struct lead_defaults defaults;
    const struct signature_rule *signature;   /* NULL: not checked */
    uint32_t poll_s, say_every, ring_for_s;
    unsigned refuse;   /* of enum call_refuse */
    const struct voicemail_config *voicemail;   /* NULL: callers are not asked for a message */
    const char *caller_id, *hold_music;
    const struct phone_texts *texts;   /* at least one */
    size_t text_count;
};

struct phone_config {
    struct contact_spool_options spool;   /* takes effect at a start */
    const char *public_base;   /* without '/' at its end */
    const struct phone_source *sources;
    size_t source_count;
    const struct sip_config *sip;   /* NULL: no SIP door */
};

/* The read function of struct http_worker_plan; gives a struct phone_config. */
void *phone_config_read(struct yaml_doc *doc, const char *config_path, const struct worker_config *common, struct arena *arena);
const struct sip_config *phone_config_sip(const struct phone_config *config);
const struct phone_source *phone_config_find(const struct phone_config *config, const char *name);
/* What a caller hears where the broker says "closed", "no_rep" or "busy"; `otherwise` where there is no such text. */
const char *phone_texts_of(const struct phone_texts *texts, const char *say, const char *otherwise);
/* In the language of the caller's country, else of the source, else the first there are. from: the caller's number. */
const struct phone_texts *phone_texts_for(const struct phone_source *source, const char *from);

#endif
