/* SPDX-License-Identifier: Apache-2.0 */
#include "signature_config.h"

#include <leadwire/lead.h>
#include <stdio.h>
#include <string.h>

#include "worker_config.h"

enum { NAMES_MAX = 256, PREFIX_MAX = 64 };

static const uint64_t age_max_ms = UINT64_C(3650) * 86400 * 1000;

static bool read_scheme(struct yaml_doc *doc, struct arena *arena, const struct yaml_node *node, struct signature_scheme *out);
static void read_generic(struct yaml_doc *doc, struct arena *arena, const struct yaml_node *node, struct signature_scheme *out);
static void read_key(struct yaml_doc *doc, struct arena *arena, const char *config_path, const struct yaml_node *node, struct signature_rule *rule);

const struct signature_rule *signature_config_read(struct yaml_doc *doc, struct arena *arena, const char *config_path,
                                                   const struct yaml_node *node)
{
    struct signature_rule *rule = node ? arena_calloc(arena, 1, sizeof *rule) : NULL;
    if (!rule || !read_scheme(doc, arena, node, &rule->scheme))
        return NULL;
    const struct yaml_node *age = yaml_map_find(node, "max_age");
    if (age && !rule->scheme.timestamp.name)
        yaml_doc_problem(doc, age, "max_age: this scheme signs no time");
    rule->scheme.max_age_s = (uint32_t)(yaml_read_duration_ms(doc, age, "max_age", 0, age_max_ms, (uint64_t)rule->scheme.max_age_s * 1000) / 1000);
    read_key(doc, arena, config_path, node, rule);
    return rule;
}

const struct signature_rule *signature_config_key(struct arena *arena, const char *header, const char *secret)
{
    struct signature_rule *rule = arena_calloc(arena, 1, sizeof *rule);
    if (rule)
        rule->scheme = (struct signature_scheme){.name = "key", .algorithm = SIGNATURE_SHARED_KEY, .signature = {header, false}, .prefix = ""};
    return rule && !signature_rule_set_key(rule, secret, arena) ? rule : NULL;
}

const struct signature_rule *signature_config_scheme(struct arena *arena, const char *name, const char *secret)
{
    const struct signature_scheme *scheme = signature_scheme_find(name);
    struct signature_rule *rule = scheme ? arena_calloc(arena, 1, sizeof *rule) : NULL;
    if (rule)
        rule->scheme = *scheme;
    return rule && !signature_rule_set_key(rule, secret, arena) ? rule : NULL;
}

static bool read_scheme(struct yaml_doc *doc, struct arena *arena, const struct yaml_node *node, struct signature_scheme *out)
{
    static const char *const named_keys[] = {"scheme", "secret_file", "secret_env", "max_age", NULL};
    static const char *const generic_keys[] = {"scheme", "secret_file", "secret_env", "max_age", "algorithm", "encoding", "secret_encoding", "header",
                                               "field", "prefix", "signed", "timestamp_header", "timestamp_field", "timestamp_unit", NULL};
    if (yaml_node_kind(node) != YAML_KIND_MAP) {
        yaml_doc_problem(doc, node, "signature: expected a map with scheme and secret_file");
        return false;
    }
    const struct yaml_node *name_node = yaml_map_find(node, "scheme");
    const char *name = yaml_read_text(doc, name_node, "scheme", LW_NAME_MAX, "");
    const struct signature_scheme *scheme = name ? signature_scheme_find(name) : NULL;
    bool generic = name && strcmp(name, "generic") == 0;
    if (scheme || generic)
        yaml_check_keys(doc, node, "signature", generic ? generic_keys : named_keys);
    if (generic)
        read_generic(doc, arena, node, out);
    else if (scheme)
        *out = *scheme;
    if (scheme || generic)
        return true;

    char names[NAMES_MAX] = "";
    for (size_t i = 0, used = 0; signature_scheme_name_at(i) && used < sizeof names; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s, ", signature_scheme_name_at(i));
    yaml_doc_problem(doc, name_node ? name_node : node, "scheme is one of %sgeneric", names);
    return false;
}

/* The index of the text in the NULL-ended list; 0 (and a problem) when it is none of them. */
static unsigned read_choice(struct yaml_doc *doc, const struct yaml_node *map, const char *key, const char *const *choices)
{
    const struct yaml_node *node = yaml_map_find(map, key);
    const char *text = yaml_read_text(doc, node, key, LW_NAME_MAX, choices[0]);
    for (unsigned i = 0; text && choices[i]; i++)
        if (strcmp(text, choices[i]) == 0)
            return i;
    if (text)
        yaml_doc_problem(doc, node, "%s '%s' is not known", key, text);
    return 0;
}

static struct signature_place read_place(struct yaml_doc *doc, struct arena *arena, const struct yaml_node *map, const char *header_key,
                                         const char *field_key)
{
    const struct yaml_node *header = yaml_map_find(map, header_key), *field = yaml_map_find(map, field_key);
    if (header && field)
        yaml_doc_problem(doc, field, "%s and %s: it stands in one of them", header_key, field_key);
    return (struct signature_place){
        .name = worker_config_text(doc, arena, header ? header : field, header_key, LW_NAME_MAX, NULL),
        .is_field = !header && field,
    };
}

static void check_text(struct yaml_doc *doc, const struct yaml_node *map, const struct signature_scheme *scheme)
{
    const struct yaml_node *node = yaml_map_find(map, "signed");
    const char *problem = scheme->text ? signature_text_problem(scheme->text) : NULL;
    bool uses_time = scheme->text && !problem && signature_text_uses(scheme->text, "timestamp");
    if (scheme->algorithm == SIGNATURE_SHARED_KEY && node)
        yaml_doc_problem(doc, node, "signed: a shared key signs nothing");
    else if (scheme->algorithm != SIGNATURE_SHARED_KEY && (!scheme->text || !*scheme->text))
        yaml_doc_problem(doc, node ? node : map, "signed is missing: what the signature is made over, such as \"{body}\"");
    else if (problem)
        yaml_doc_problem(doc, node, "signed: %s", problem);
    else if (uses_time != (scheme->timestamp.name != NULL) && scheme->algorithm != SIGNATURE_SHARED_KEY)
        yaml_doc_problem(doc, node, "{timestamp} in signed and one of timestamp_header and timestamp_field go together");
}

static void read_generic(struct yaml_doc *doc, struct arena *arena, const struct yaml_node *node, struct signature_scheme *out)
{
    static const char *const algorithms[] = {"hmac-sha1", "hmac-sha256", "ecdsa-p256", "ed25519", "shared-key", NULL};
    static const char *const encodings[] = {"hex", "base64", NULL}, *const secrets[] = {"text", "base64", NULL};
    static const char *const units[] = {"s", "ms", NULL};
    *out = (struct signature_scheme){
        .name = "generic",
        .algorithm = (enum signature_algorithm)read_choice(doc, node, "algorithm", algorithms),
        .encoding = (enum signature_encoding)read_choice(doc, node, "encoding", encodings),
        .secret = (enum signature_secret)read_choice(doc, node, "secret_encoding", secrets),
        .signature = read_place(doc, arena, node, "header", "field"),
        .timestamp = read_place(doc, arena, node, "timestamp_header", "timestamp_field"),
        .prefix = worker_config_text(doc, arena, yaml_map_find(node, "prefix"), "prefix", PREFIX_MAX, ""),
        .text = worker_config_text(doc, arena, yaml_map_find(node, "signed"), "signed", SIGNATURE_TEMPLATE_MAX, NULL),
        .timestamp_is_ms = read_choice(doc, node, "timestamp_unit", units) == 1,
    };
    if (!yaml_map_find(node, "algorithm"))
        yaml_doc_problem(doc, node, "algorithm is missing");
    if (!out->signature.name)
        yaml_doc_problem(doc, node, "header or field is missing: where the signature stands");
    if (out->algorithm != SIGNATURE_SHARED_KEY && out->prefix && strchr(out->prefix, ' '))
        yaml_doc_problem(doc, yaml_map_find(node, "prefix"), "prefix holds no spaces: they divide several signatures");
    check_text(doc, node, out);
}

static void read_key(struct yaml_doc *doc, struct arena *arena, const char *config_path, const struct yaml_node *node, struct signature_rule *rule)
{
    const struct yaml_node *file = yaml_map_find(node, "secret_file"), *variable = yaml_map_find(node, "secret_env");
    if (!file == !variable) {
        yaml_doc_problem(doc, node, "signature needs secret_file or secret_env, and not both");
        return;
    }
    const char *secret = file ? worker_config_secret(doc, arena, config_path, file) : worker_config_secret_env(doc, arena, variable);
    const char *problem = secret ? signature_rule_set_key(rule, secret, arena) : NULL;
    if (problem)
        yaml_doc_problem(doc, file ? file : variable, "the secret cannot be used: %s", problem);
}
