/* SPDX-License-Identifier: Apache-2.0
 *
 * yaml_tree - the inside of yaml_doc, shared by its loader, its readers and yaml_edit only.
 *
 * The tree lives in one arena. Containers get their arrays when they end, so
 * that reading by index is O(1); a map also keeps its entries' order by key, for
 * finding and for seeing duplicates in files with thousands of entries.
 */
#ifndef YAML_TREE_H
#define YAML_TREE_H

#include "arena.h"
#include "yaml_doc.h"

enum {
    YAML_TEXT_SIZE_MAX = 4 * 1024 * 1024,
    YAML_DEPTH_MAX = 32,
    YAML_PROBLEMS_MAX = 50,
    YAML_PROBLEM_SIZE = 512,
    YAML_ARENA_CAP = 256 * 1024 * 1024,   /* the densest 4 MiB file ("[a,a,a...") needs less */
};

struct yaml_node {
    enum yaml_kind kind;
    uint32_t line, key_line;
    bool is_plain;             /* scalar without quotes */
    bool is_flow;              /* list or map in brackets */
    uint32_t start, end;       /* its bytes in the file, without the blanks around it; nothing written: behind the key's colon */
    uint32_t key_start, key_end;
    const char *text;          /* scalar */
    const char *key;           /* of an entry of a map, else NULL */
    size_t count;
    struct yaml_node **items;  /* list items, or map values in the order of the file */
    uint32_t *by_key;          /* map: indexes in items, ordered by key, then place in the file */
    struct yaml_node *next;    /* sibling, while its container is being read */
};

struct yaml_doc {
    char *name;
    char *text;
    size_t text_size;
    struct yaml_node *root;
    struct arena arena;
    char *problems[YAML_PROBLEMS_MAX];
    size_t problem_count;
};

/* Builds doc->root from doc->text; on failure adds a problem and leaves the root NULL. */
void yaml_tree_load(struct yaml_doc *doc);
/* As yaml_doc_problem, by line; 0: the file as a whole. */
void yaml_problem_at_line(struct yaml_doc *doc, uint32_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
