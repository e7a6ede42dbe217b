/* SPDX-License-Identifier: Apache-2.0 */
#include "phone_config.h"

#include <string.h>

#include "call_refuse.h"
#include "locale_code.h"
#include "phone_number.h"

enum { TEXT_SIZE_MAX = 1024, URL_SIZE_MAX = 1024 };

static const struct phone_texts default_texts[] = {{
    .language = "en", .locale = "en-US",
    .hold = "Thank you for calling. You are number {position} in line. Please hold.",
    .goodbye = "Sorry, nobody can take your call now. Goodbye.",
    .voicemail = "Nobody can take your call now. Please leave a message after the tone, and we will call you back.",
    .message_taken = "Thank you for your message. Goodbye.",
}};

const char *phone_texts_of(const struct phone_texts *texts, const char *say, const char *otherwise)
{
    const char *text = strcmp(say, "closed") == 0 ? texts->closed : strcmp(say, "no_rep") == 0 ? texts->no_rep
                     : strcmp(say, "busy") == 0 ? texts->busy : NULL;
    return text ? text : otherwise;
}

static void read_voice(struct yaml_doc *doc, const char *config_path, bool loopback, struct arena *arena, struct phone_config *config);
static void check_names(struct yaml_doc *doc, const struct yaml_node *sip, const struct phone_config *config);
static void read_base(struct yaml_doc *doc, struct arena *arena, struct phone_config *config);
static void read_source(struct yaml_doc *doc, const char *config_path, bool loopback, const struct yaml_node *node,
                        struct arena *arena, struct phone_source *source);
static void read_texts(struct yaml_doc *doc, const struct yaml_node *map, struct arena *arena, struct phone_source *source);

void *phone_config_read(struct yaml_doc *doc, const char *config_path, const struct worker_config *common, struct arena *arena)
{
    static const char *const known[] = {WORKER_CONFIG_KEYS, WORKER_CONFIG_HTTP_KEYS, "public_base", "spool", "sources", "sip", NULL};
    const struct yaml_node *root = yaml_doc_root(doc), *sip = yaml_map_find(root, "sip");
    yaml_check_keys(doc, root, "the file", known);
    struct phone_config *config = arena_calloc(arena, 1, sizeof *config);
    if (!config)
        return NULL;
    config->public_base = "";
    config->spool = contact_spool_options_read(doc, config_path, yaml_map_find(root, "spool"), arena);
    config->sip = sip_config_read(doc, sip, arena);
    if (yaml_map_find(root, "sources") || yaml_map_find(root, "public_base") || !sip)
        read_voice(doc, config_path, worker_config_is_loopback(common->http.listen), arena, config);
    check_names(doc, sip, config);
    return config;
}

const struct sip_config *phone_config_sip(const struct phone_config *config)
{
    return config->sip;
}

const struct phone_source *phone_config_find(const struct phone_config *config, const char *name)
{
    for (size_t i = 0; i < config->source_count; i++)
        if (strcmp(config->sources[i].name, name) == 0)
            return &config->sources[i];
    return NULL;
}

static const struct phone_texts *texts_in(const struct phone_source *source, const char *language)
{
    for (size_t i = 0; language && i < source->text_count; i++)
        if (strcmp(source->texts[i].language, language) == 0)
            return &source->texts[i];
    return NULL;
}

const struct phone_texts *phone_texts_for(const struct phone_source *source, const char *from)
{
    struct phone_number number;
    struct language_code language;
    const struct phone_texts *texts = NULL;
    if (from && phone_number_read(from, source->defaults.region, &number) && language_code_of_country(number.region, &language))
        texts = texts_in(source, language.text);
    if (!texts)
        texts = texts_in(source, source->defaults.language);
    return texts ? texts : &source->texts[0];
}

/* The lines whose calls come as webhooks. */
static void read_voice(struct yaml_doc *doc, const char *config_path, bool loopback, struct arena *arena, struct phone_config *config)
{
    const struct yaml_node *root = yaml_doc_root(doc), *sources = yaml_map_find(root, "sources");
    read_base(doc, arena, config);
    if (!sources || yaml_node_kind(sources) != YAML_KIND_MAP || yaml_node_count(sources) == 0) {
        yaml_doc_problem(doc, sources ? sources : root, "sources is missing: a map of source names");
        return;
    }
    size_t count = yaml_node_count(sources);
    if (count > WORKER_SOURCES_MAX)
        yaml_doc_problem(doc, sources, "more than %d sources", WORKER_SOURCES_MAX);
    struct phone_source *items = arena_calloc(arena, count, sizeof *items);
    for (size_t i = 0; items && i < count; i++) {
        const struct yaml_node *node = yaml_map_value_at(sources, i);
        items[i].name = arena_strdup(arena, yaml_map_key_at(sources, i));
        if (items[i].name && worker_config_source_name(doc, node, items[i].name))
            read_source(doc, config_path, loopback, node, arena, &items[i]);
    }
    config->sources = items;
    config->source_count = items ? count : 0;
}

/* A source names its calls: a CallSid and a Call-ID must not meet in one. */
static void check_names(struct yaml_doc *doc, const struct yaml_node *sip, const struct phone_config *config)
{
    for (size_t i = 0; config->sip && i < config->sip->source_count; i++)
        if (phone_config_find(config, config->sip->sources[i].name))
            yaml_doc_problem(doc, sip, "sip.sources: '%s' is a name in sources too", config->sip->sources[i].name);
}

static void read_base(struct yaml_doc *doc, struct arena *arena, struct phone_config *config)
{
    const struct yaml_node *root = yaml_doc_root(doc), *node = yaml_map_find(root, "public_base");
    const char *base = worker_config_public_base(doc, arena, node);
    if (!node)
        yaml_doc_problem(doc, root, "public_base must be given: the URL at which the telephony service reaches this worker");
    config->public_base = base ? base : "";
}

static void read_signature(struct yaml_doc *doc, const char *config_path, bool loopback, const struct yaml_node *node,
                           const struct yaml_node *map, struct arena *arena, struct phone_source *source)
{
    const struct yaml_node *rule = yaml_map_find(map, "signature"), *token = yaml_map_find(map, "auth_token_file");
    if (rule && yaml_node_kind(rule) == YAML_KIND_MAP) {
        source->signature = signature_config_read(doc, arena, config_path, rule);
        if (token)
            yaml_doc_problem(doc, token, "auth_token_file and signature: a scheme has its secret in secret_file");
        return;
    }
    const char *text = yaml_read_text(doc, rule, "signature", LW_NAME_MAX, "required");
    if (text && strcmp(text, "off") == 0) {
        if (!loopback)
            yaml_doc_problem(doc, rule, "signature: off is only for a worker that listens on 127.0.0.1 or [::1]");
        return;
    }
    if (text && strcmp(text, "required") != 0)
        yaml_doc_problem(doc, rule, "signature is 'required', 'off', or a map with scheme and secret_file");
    const char *secret = worker_config_secret(doc, arena, config_path, token);
    source->signature = secret ? signature_config_scheme(arena, "twilio", secret) : NULL;
    if (!token)
        yaml_doc_problem(doc, node, "auth_token_file is missing: the file with the telephony service's token");
}

static void read_source(struct yaml_doc *doc, const char *config_path, bool loopback, const struct yaml_node *node,
                        struct arena *arena, struct phone_source *source)
{
    static const char *const known[] = {"auth_token_file", "signature", "region", "language", "poll", "say_every", "ring_for",
                                        "caller_id", "hold_music", "refuse", "voicemail", "texts", NULL};
    const struct yaml_node *map = node && yaml_node_kind(node) == YAML_KIND_MAP ? node : NULL;
    if (map)
        yaml_check_keys(doc, map, "a source", known);
    else
        yaml_doc_problem(doc, node, "expected a map of settings");

    source->defaults = (struct lead_defaults){
        .channel = LW_CHANNEL_PHONE,
        .source = source->name,
        .region = worker_config_region(doc, arena, yaml_map_find(map, "region")),
        .language = worker_config_language(doc, arena, yaml_map_find(map, "language")),
    };
    read_signature(doc, config_path, loopback, node, map, arena, source);
    source->poll_s = (uint32_t)(yaml_read_duration_ms(doc, yaml_map_find(map, "poll"), "poll", 1000, 60000, 3000) / 1000);
    source->ring_for_s = (uint32_t)(yaml_read_duration_ms(doc, yaml_map_find(map, "ring_for"), "ring_for", 5000, 600000, 20000) / 1000);
    source->say_every = (uint32_t)yaml_read_number(doc, yaml_map_find(map, "say_every"), "say_every", 1, 1000, 10);
    source->caller_id = worker_config_text(doc, arena, yaml_map_find(map, "caller_id"), "caller_id", LW_NAME_MAX, NULL);
    source->hold_music = worker_config_text(doc, arena, yaml_map_find(map, "hold_music"), "hold_music", URL_SIZE_MAX, NULL);
    source->refuse = call_refuse_read(doc, yaml_map_find(map, "refuse"), 0);
    source->voicemail = voicemail_config_read(doc, yaml_map_find(map, "voicemail"), arena);
    read_texts(doc, yaml_map_find(map, "texts"), arena, source);
}

static void read_texts(struct yaml_doc *doc, const struct yaml_node *map, struct arena *arena, struct phone_source *source)
{
    static const char *const known[] = {"locale", "voice", "hold", "closed", "no_rep", "busy", "goodbye", "voicemail", "message_taken", NULL};
    source->texts = default_texts;
    source->text_count = 1;
    if (!map)
        return;
    size_t count = yaml_node_kind(map) == YAML_KIND_MAP ? yaml_node_count(map) : 0;
    struct phone_texts *texts = arena_calloc(arena, count + 1, sizeof *texts);
    if (!texts || count == 0 || count > PHONE_TEXTS_MAX) {
        yaml_doc_problem(doc, map, "texts must be a map of 1 to %d languages", PHONE_TEXTS_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *entry = yaml_map_value_at(map, i);
        struct language_code language;
        if (!language_code_read(yaml_map_key_at(map, i), &language))
            yaml_doc_problem(doc, entry, "'%s' is not a language code such as it", yaml_map_key_at(map, i));
        yaml_check_keys(doc, entry, "texts", known);
        texts[i] = (struct phone_texts){
            .language = arena_strdup(arena, language.text),
            .locale = worker_config_text(doc, arena, yaml_map_find(entry, "locale"), "locale", LW_NAME_MAX, NULL),
            .voice = worker_config_text(doc, arena, yaml_map_find(entry, "voice"), "voice", LW_NAME_MAX, NULL),
            .hold = worker_config_text(doc, arena, yaml_map_find(entry, "hold"), "hold", TEXT_SIZE_MAX, default_texts[0].hold),
            .closed = worker_config_text(doc, arena, yaml_map_find(entry, "closed"), "closed", TEXT_SIZE_MAX, NULL),
            .no_rep = worker_config_text(doc, arena, yaml_map_find(entry, "no_rep"), "no_rep", TEXT_SIZE_MAX, NULL),
            .busy = worker_config_text(doc, arena, yaml_map_find(entry, "busy"), "busy", TEXT_SIZE_MAX, NULL),
            .goodbye = worker_config_text(doc, arena, yaml_map_find(entry, "goodbye"), "goodbye", TEXT_SIZE_MAX, default_texts[0].goodbye),
            .voicemail = worker_config_text(doc, arena, yaml_map_find(entry, "voicemail"), "voicemail", TEXT_SIZE_MAX, default_texts[0].voicemail),
            .message_taken = worker_config_text(doc, arena, yaml_map_find(entry, "message_taken"), "message_taken", TEXT_SIZE_MAX,
                                                default_texts[0].message_taken),
        };
    }
    source->texts = texts;
    source->text_count = count;
}
