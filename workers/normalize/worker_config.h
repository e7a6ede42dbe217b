/* SPDX-License-Identifier: Apache-2.0
 *
 * worker_config - what the configuration files of all workers have in common.
 *
 *   desk: sales
 *   broker: ipc:///run/leadwire/publish
 *   key_file: web.key          # of a broker by tcp with keys, mode 0600; or LEADWIRE_KEY_FILE
 *   answer_within: 5s          # then the source is told to come again
 *   raw:
 *     directory: raw           # relative to the file's own folder, as all paths
 *     size_max_mib: 1024
 *     keep: 90d
 *     fsync: false
 *   listen, http               # HTTP workers: http_config.h
 *
 * A worker reads its own keys from the same root and checks the root's keys
 * against its list, which starts with WORKER_CONFIG_KEYS.
 */
#ifndef WORKER_CONFIG_H
#define WORKER_CONFIG_H

#include <leadwire/lead.h>
#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "http_config.h"
#include "raw_store.h"
#include "yaml_doc.h"

#define WORKER_CONFIG_KEYS "desk", "broker", "key_file", "answer_within", "raw"
#define WORKER_CONFIG_HTTP_KEYS "listen", "http"

enum { WORKER_SOURCES_MAX = 256 };

/* Strings live in the arena given to the reader. */
struct worker_config {
    const char *desk;
    const char *broker;
    const char *key_file;           /* NULL: the broker is not encrypted */
    uint32_t answer_within_ms;
    struct raw_store_options raw;   /* directory NULL: raw bytes are not kept */
    struct http_config http;
};

/* What the command line says in place of the file; NULL: nothing. */
struct worker_overrides {
    const char *broker, *key_file, *desk, *listen, *raw_directory;
};

/* Reads the common keys. Problems go to the document: look at yaml_doc_problem_count at the end.
 * with_http: listen is required unless overridden. */
void worker_config_read(struct yaml_doc *doc, const char *config_path, const struct worker_overrides *overrides,
                        bool with_http, struct arena *arena, struct worker_config *out);
/* The key file of a broker by tcp: this one, else the environment's LEADWIRE_KEY_FILE; NULL for others. */
const char *worker_config_key_file(const char *broker, const char *key_file);
/* path, or path within the folder of config_path when relative. NULL for NULL and at the cap. */
const char *worker_config_path(struct arena *arena, const char *config_path, const char *path);
/* As yaml_read_text, copied to the arena. */
const char *worker_config_text(struct yaml_doc *doc, struct arena *arena, const struct yaml_node *node,
                               const char *what, size_t size_max, const char *absent);
/* A source's name: 1 to LW_NAME_MAX of a-z A-Z 0-9 . _ - ; reports a problem and gives false otherwise. */
bool worker_config_source_name(struct yaml_doc *doc, const struct yaml_node *node, const char *name);
/* region, language: NULL-able; reports unknown codes. */
const char *worker_config_region(struct yaml_doc *doc, struct arena *arena, const struct yaml_node *node);
const char *worker_config_language(struct yaml_doc *doc, struct arena *arena, const struct yaml_node *node);
/* A secret from a file named in the configuration; a problem and NULL when it cannot be read. In the arena. */
const char *worker_config_secret(struct yaml_doc *doc, struct arena *arena, const char *config_path,
                                 const struct yaml_node *node);
/* A secret from the environment variable that the configuration names; as above. */
const char *worker_config_secret_env(struct yaml_doc *doc, struct arena *arena, const struct yaml_node *node);
/* public_base: where senders reach this worker, without '/' at its end; a problem when it is no such URL. NULL if absent. */
const char *worker_config_public_base(struct yaml_doc *doc, struct arena *arena, const struct yaml_node *node);
/* "127.x.x.x:PORT" or "[::1]:PORT"; false for NULL. */
bool worker_config_is_loopback(const char *listen);
/* Writes every problem to standard error, one a line; returns how many. */
size_t worker_config_report(const struct yaml_doc *doc);

#endif
