/* SPDX-License-Identifier: Apache-2.0 */
#include "worker_config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "key_file.h"
#include "key_need.h"
#include "locale_code.h"
#include "phone_number.h"
#include "secret_file.h"

enum { ENDPOINT_MAX = 1024, PATH_SIZE_MAX = 4096, SECRET_SIZE_MAX = 4096, URL_SIZE_MAX = 1024 };

static bool is_tcp(const char *endpoint);
static void read_key_file(struct yaml_doc *doc, const char *config_path, const struct worker_overrides *overrides, struct arena *arena,
                          struct worker_config *out);
static void read_raw(struct yaml_doc *doc, const char *config_path, const struct worker_overrides *overrides,
                     struct arena *arena, struct worker_config *out);

void worker_config_read(struct yaml_doc *doc, const char *config_path, const struct worker_overrides *overrides,
                        bool with_http, struct arena *arena, struct worker_config *out)
{
    *out = (struct worker_config){0};
    const struct yaml_node *root = yaml_doc_root(doc);
    if (!root) {
        if (yaml_doc_problem_count(doc) == 0)
            yaml_doc_problem(doc, NULL, "the file is empty");
        return;
    }
    if (yaml_node_kind(root) != YAML_KIND_MAP) {
        yaml_doc_problem(doc, root, "expected a map of settings");
        return;
    }
    out->desk = overrides->desk ? overrides->desk
              : worker_config_text(doc, arena, yaml_map_find(root, "desk"), "desk", LW_NAME_MAX, NULL);
    out->broker = overrides->broker ? overrides->broker
                : worker_config_text(doc, arena, yaml_map_find(root, "broker"), "broker", ENDPOINT_MAX, NULL);
    read_key_file(doc, config_path, overrides, arena, out);
    out->answer_within_ms = (uint32_t)yaml_read_duration_ms(doc, yaml_map_find(root, "answer_within"), "answer_within", 100, 25000, 5000);
    if (!out->desk || !*out->desk)
        yaml_doc_problem(doc, root, "desk is missing");
    if (!out->broker || !*out->broker)
        yaml_doc_problem(doc, root, "broker is missing: the broker's publish endpoint");
    read_raw(doc, config_path, overrides, arena, out);
    if (with_http)
        http_config_read(doc, overrides->listen, arena, &out->http);
}

const char *worker_config_key_file(const char *broker, const char *key_file)
{
    const char *otherwise = getenv("LEADWIRE_KEY_FILE");

    if (key_file)
        return key_file;
    return broker && is_tcp(broker) && otherwise && *otherwise ? otherwise : NULL;
}

const char *worker_config_path(struct arena *arena, const char *config_path, const char *path)
{
    const char *slash = config_path ? strrchr(config_path, '/') : NULL;
    if (!path || path[0] == '/' || !slash)
        return path;
    return arena_printf(arena, "%.*s/%s", (int)(slash - config_path), config_path, path);
}

const char *worker_config_text(struct yaml_doc *doc, struct arena *arena, const struct yaml_node *node,
                               const char *what, size_t size_max, const char *absent)
{
    const char *text = yaml_read_text(doc, node, what, size_max, absent);
    return text && text != absent ? arena_strdup(arena, text) : absent;
}

bool worker_config_source_name(struct yaml_doc *doc, const struct yaml_node *node, const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t size = strlen(name);
    if (size > 0 && size <= LW_NAME_MAX && strspn(name, allowed) == size && name[0] != '.')
        return true;
    yaml_doc_problem(doc, node, "a source's name may only hold letters, digits, '.', '_' and '-'");
    return false;
}

const char *worker_config_region(struct yaml_doc *doc, struct arena *arena, const struct yaml_node *node)
{
    const char *region = worker_config_text(doc, arena, node, "region", 2, NULL);
    if (region && !phone_region_known(region))
        yaml_doc_problem(doc, node, "region '%s' is not a country code such as IT", region);
    return region;
}

const char *worker_config_language(struct yaml_doc *doc, struct arena *arena, const struct yaml_node *node)
{
    const char *text = yaml_read_text(doc, node, "language", LW_NAME_MAX, NULL);
    struct language_code language;
    if (!text)
        return NULL;
    if (!language_code_read(text, &language))
        yaml_doc_problem(doc, node, "language '%s' is not a language code such as it", text);
    return arena_strdup(arena, language.text);
}

const char *worker_config_secret(struct yaml_doc *doc, struct arena *arena, const char *config_path,
                                 const struct yaml_node *node)
{
    const char *path = worker_config_path(arena, config_path, worker_config_text(doc, arena, node, "secret file", PATH_SIZE_MAX, NULL));
    if (!path)
        return NULL;
    char *secret = NULL;
    lw_status status = secret_read(path, SECRET_SIZE_MAX, &secret);
    if (status != LW_OK) {
        const char *why = status == LW_REFUSED ? "others can read it (chmod 600)" :
                          status == LW_INVALID ? "it is empty or holds a NUL" :
                          status == LW_IO ? strerror(errno) : lw_status_text(status);
        yaml_doc_problem(doc, node, "secret file '%s': %s", path, why);
        return NULL;
    }
    const char *kept = arena_strdup(arena, secret);
    secret_free(&secret);
    return kept;
}

const char *worker_config_secret_env(struct yaml_doc *doc, struct arena *arena, const struct yaml_node *node)
{
    const char *name = yaml_read_text(doc, node, "secret_env", LW_NAME_MAX, NULL);
    const char *secret = name ? getenv(name) : NULL;
    if (name && (!secret || !*secret))
        yaml_doc_problem(doc, node, "the environment has no %s", name);
    return secret && *secret ? arena_strdup(arena, secret) : NULL;
}

const char *worker_config_public_base(struct yaml_doc *doc, struct arena *arena, const struct yaml_node *node)
{
    char *base = arena_strdup(arena, yaml_read_text(doc, node, "public_base", URL_SIZE_MAX, NULL));
    if (!base)
        return NULL;
    if ((strncmp(base, "https://", 8) != 0 && strncmp(base, "http://", 7) != 0) || strpbrk(base, " \t\n?#\"<>"))
        yaml_doc_problem(doc, node, "public_base must be the http or https URL at which senders reach this worker");
    if (*base && base[strlen(base) - 1] == '/')
        base[strlen(base) - 1] = '\0';
    return base;
}

bool worker_config_is_loopback(const char *listen)
{
    return listen && (strncmp(listen, "127.", 4) == 0 || strncmp(listen, "[::1]:", 6) == 0);
}

size_t worker_config_report(const struct yaml_doc *doc)
{
    size_t count = yaml_doc_problem_count(doc);
    for (size_t i = 0; i < count; i++)
        fprintf(stderr, "%s\n", yaml_doc_problem_at(doc, i));
    return count;
}

static bool is_tcp(const char *endpoint)
{
    return strncmp(endpoint, "tcp://", 6) == 0;
}

/* Read once here, so that a wrong one is told with the rest. */
static void read_key_file(struct yaml_doc *doc, const char *config_path, const struct worker_overrides *overrides, struct arena *arena,
                          struct worker_config *out)
{
    const struct yaml_node *node = yaml_map_find(yaml_doc_root(doc), "key_file");
    const char *told = worker_config_path(arena, config_path, worker_config_text(doc, arena, node, "key_file", PATH_SIZE_MAX, NULL));
    struct key_file key;
    char why[KEY_WHY_MAX];

    out->key_file = worker_config_key_file(out->broker, overrides->key_file ? overrides->key_file : told);
    if (out->broker && !out->key_file && key_is_needed(out->broker))
        yaml_doc_problem(doc, yaml_doc_root(doc), "broker: %.100s is not on this machine: it needs key_file", out->broker);
    if (!out->key_file || !out->broker)
        return;
    if (!is_tcp(out->broker))
        yaml_doc_problem(doc, node, "key_file is for a broker by tcp://; %.100s is not encrypted", out->broker);
    else if (key_file_read(out->key_file, &key, why) != LW_OK)
        yaml_doc_problem(doc, node, "key_file: %s", why);
    else if (strcmp(key.role, "publisher") != 0)
        yaml_doc_problem(doc, node, "key_file: this is a key of the role %s, and a worker needs a publisher's", key.role);
    key_file_wipe(&key);
}

static void read_raw(struct yaml_doc *doc, const char *config_path, const struct worker_overrides *overrides,
                     struct arena *arena, struct worker_config *out)
{
    static const char *const known[] = {"directory", "size_max_mib", "keep", "fsync", NULL};
    const struct yaml_node *raw = yaml_map_find(yaml_doc_root(doc), "raw");
    const struct yaml_node *directory = raw ? yaml_map_find(raw, "directory") : NULL;
    if (raw)
        yaml_check_keys(doc, raw, "raw", known);
    out->raw.directory = overrides->raw_directory ? overrides->raw_directory
        : worker_config_path(arena, config_path, worker_config_text(doc, arena, directory, "raw.directory", PATH_SIZE_MAX, NULL));
    if (raw && !out->raw.directory)
        yaml_doc_problem(doc, raw, "raw.directory is missing");
    const struct yaml_node *size = raw ? yaml_map_find(raw, "size_max_mib") : NULL;
    const struct yaml_node *keep = raw ? yaml_map_find(raw, "keep") : NULL;
    const struct yaml_node *fsync = raw ? yaml_map_find(raw, "fsync") : NULL;
    out->raw.size_max_bytes = yaml_read_number(doc, size, "raw.size_max_mib", 1, 1u << 20, 1024) << 20;
    out->raw.keep_ms = yaml_read_duration_ms(doc, keep, "raw.keep", 60 * 1000, UINT64_C(3650) * 86400 * 1000, UINT64_C(90) * 86400 * 1000);
    out->raw.fsync = yaml_read_bool(doc, fsync, "raw.fsync", false);
}
