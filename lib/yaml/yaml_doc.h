/* SPDX-License-Identifier: Apache-2.0
 *
 * yaml_doc - a YAML file whose every node knows its line.
 *
 * Reads one document (libyaml's events) with limits: 4 MiB, depth 32,
 * no aliases, anchors or tags, no duplicate keys, only scalars, lists and maps, UTF-8. Readers walk it and report
 * what is wrong by node, so that semantic errors name file and line as syntax
 * errors do. Problems are collected (at most 50), not fatal at the first:
 *
 *   desk.yaml:31: rep 'anna': skill 'itallian' is not in skills; did you mean 'italian'?
 *
 * Threads: one owner.
 */
#ifndef YAML_DOC_H
#define YAML_DOC_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct yaml_doc;
struct yaml_node;   /* borrowed from its document */

enum yaml_kind { YAML_KIND_SCALAR, YAML_KIND_LIST, YAML_KIND_MAP };

/* Always gives a document (NULL only without memory): a file that cannot be read or parsed has problems and no root. */
struct yaml_doc *yaml_doc_open(const char *path);
struct yaml_doc *yaml_doc_from_text(const char *name_for_messages, const char *text, size_t size);
void yaml_doc_close(struct yaml_doc **doc);

const struct yaml_node *yaml_doc_root(const struct yaml_doc *doc);   /* NULL if unreadable or empty */
const char *yaml_doc_name(const struct yaml_doc *doc);   /* as problems name it */
const char *yaml_doc_text(const struct yaml_doc *doc, size_t *size_out);   /* the file as read */

/* Adds "file:line: text" for node (NULL: the file as a whole). */
void yaml_doc_problem(struct yaml_doc *doc, const struct yaml_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
size_t yaml_doc_problem_count(const struct yaml_doc *doc);
const char *yaml_doc_problem_at(const struct yaml_doc *doc, size_t index);

enum yaml_kind yaml_node_kind(const struct yaml_node *node);
uint32_t yaml_node_line(const struct yaml_node *node);   /* from 1 */
bool yaml_node_is_null(const struct yaml_node *node);    /* nothing written after "key:", or a plain ~ or null */
const char *yaml_node_text(const struct yaml_node *node);   /* of a scalar as it was meant, else NULL */
size_t yaml_node_count(const struct yaml_node *node);    /* items of a list, entries of a map */
const struct yaml_node *yaml_list_at(const struct yaml_node *list, size_t index);
const char *yaml_map_key_at(const struct yaml_node *map, size_t index);
const struct yaml_node *yaml_map_value_at(const struct yaml_node *map, size_t index);
const struct yaml_node *yaml_map_find(const struct yaml_node *map, const char *key);   /* NULL if absent or not a map */

/* Typed reads that report problems themselves. A NULL node (absent) gives the default without a problem. */
const char *yaml_read_text(struct yaml_doc *doc, const struct yaml_node *node, const char *what, size_t size_max, const char *absent);
uint64_t yaml_read_number(struct yaml_doc *doc, const struct yaml_node *node, const char *what, uint64_t min, uint64_t max, uint64_t absent);
bool yaml_read_bool(struct yaml_doc *doc, const struct yaml_node *node, const char *what, bool absent);
/* "250ms", "30s", "5m", "4h", "7d" */
uint64_t yaml_read_duration_ms(struct yaml_doc *doc, const struct yaml_node *node, const char *what, uint64_t min_ms, uint64_t max_ms, uint64_t absent_ms);
/* Reports every key of map that is not in the NULL-ended list, with the nearest known one as a hint. */
void yaml_check_keys(struct yaml_doc *doc, const struct yaml_node *map, const char *what, const char *const *known);
/* The entry of candidates (NULL-ended) nearest to word within edit distance 2, or NULL. */
const char *yaml_nearest(const char *word, const char *const *candidates);

#endif
