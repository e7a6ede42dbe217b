/* SPDX-License-Identifier: Apache-2.0 */
#include "yaml_doc.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yaml_tree.h"

static struct yaml_doc *doc_new(const char *name)
{
    struct yaml_doc *doc = calloc(1, sizeof *doc);
    if (doc == NULL)
        return NULL;
    arena_init(&doc->arena, YAML_ARENA_CAP);
    doc->name = strdup(name);
    if (doc->name == NULL)
        yaml_doc_close(&doc);
    return doc;
}

/* Reads path to doc->text, or adds a problem. */
static bool doc_read_file(struct yaml_doc *doc, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        yaml_doc_problem(doc, NULL, "cannot be read: %s", strerror(errno));
        return false;
    }
    bool ok = false;
    doc->text = malloc(YAML_TEXT_SIZE_MAX + 1);
    if (doc->text == NULL) {
        yaml_doc_problem(doc, NULL, "cannot be read: out of memory");
        goto done;
    }
    doc->text_size = fread(doc->text, 1, YAML_TEXT_SIZE_MAX + 1, file);
    if (ferror(file)) {
        yaml_doc_problem(doc, NULL, "cannot be read: %s", strerror(errno));
    } else if (doc->text_size > YAML_TEXT_SIZE_MAX) {
        yaml_doc_problem(doc, NULL, "is larger than 4 MiB");
    } else {
        ok = true;
    }
done:
    fclose(file);
    if (!ok) {
        doc->text_size = 0;
    } else {
        doc->text[doc->text_size] = '\0';
        char *fitted = realloc(doc->text, doc->text_size + 1);
        if (fitted != NULL)
            doc->text = fitted;
    }
    return ok;
}

struct yaml_doc *yaml_doc_open(const char *path)
{
    struct yaml_doc *doc = doc_new(path);
    if (doc != NULL && doc_read_file(doc, path))
        yaml_tree_load(doc);
    return doc;
}

struct yaml_doc *yaml_doc_from_text(const char *name_for_messages, const char *text, size_t size)
{
    struct yaml_doc *doc = doc_new(name_for_messages);
    if (doc == NULL)
        return NULL;
    if (size > YAML_TEXT_SIZE_MAX) {
        yaml_doc_problem(doc, NULL, "is larger than 4 MiB");
        return doc;
    }
    doc->text = malloc(size + 1);
    if (doc->text == NULL) {
        yaml_doc_close(&doc);
        return NULL;
    }
    if (size > 0)
        memcpy(doc->text, text, size);
    doc->text[size] = '\0';
    doc->text_size = size;
    yaml_tree_load(doc);
    return doc;
}

void yaml_doc_close(struct yaml_doc **doc)
{
    if (doc == NULL || *doc == NULL)
        return;
    for (size_t i = 0; i < (*doc)->problem_count; i++)
        free((*doc)->problems[i]);
    arena_fini(&(*doc)->arena);
    free((*doc)->text);
    free((*doc)->name);
    free(*doc);
    *doc = NULL;
}

const struct yaml_node *yaml_doc_root(const struct yaml_doc *doc)
{
    return doc->root;
}

const char *yaml_doc_name(const struct yaml_doc *doc)
{
    return doc->name;
}

const char *yaml_doc_text(const struct yaml_doc *doc, size_t *size_out)
{
    if (size_out != NULL)
        *size_out = doc->text_size;
    return doc->text != NULL ? doc->text : "";
}

/* A file's bytes reach a terminal through problems: control characters do not. A cut never splits a character. */
static void make_printable(char *text)
{
    size_t size = strlen(text);
    if (size == YAML_PROBLEM_SIZE - 1) {
        while (size > 0 && ((unsigned char)text[size - 1] & 0xC0) == 0x80)
            size--;
        if (size > 0 && (unsigned char)text[size - 1] >= 0xC0)
            size--;
        text[size] = '\0';
    }
    for (char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            *c = '?';
    }
}

__attribute__((format(printf, 3, 0)))
static void problem_va(struct yaml_doc *doc, uint32_t line, const char *format, va_list arguments)
{
    char text[YAML_PROBLEM_SIZE];
    if (doc->problem_count == YAML_PROBLEMS_MAX) {
        /* The last place tells that there were more than fit. */
        snprintf(text, sizeof text, "%s: has more problems; the first %d are listed", doc->name, YAML_PROBLEMS_MAX - 1);
    } else {
        int head = line == 0 ? snprintf(text, sizeof text, "%s: ", doc->name)
                             : snprintf(text, sizeof text, "%s:%u: ", doc->name, (unsigned)line);
        size_t used = head > 0 ? (size_t)head : 0;
        if (used < sizeof text)
            vsnprintf(text + used, sizeof text - used, format, arguments);
    }
    make_printable(text);
    char *copy = strdup(text);
    if (copy == NULL)
        return;
    if (doc->problem_count == YAML_PROBLEMS_MAX) {
        free(doc->problems[YAML_PROBLEMS_MAX - 1]);
        doc->problems[YAML_PROBLEMS_MAX - 1] = copy;
    } else {
        doc->problems[doc->problem_count++] = copy;
    }
}

void yaml_doc_problem(struct yaml_doc *doc, const struct yaml_node *node, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    problem_va(doc, node != NULL ? node->line : 0, format, arguments);
    va_end(arguments);
}

void yaml_problem_at_line(struct yaml_doc *doc, uint32_t line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    problem_va(doc, line, format, arguments);
    va_end(arguments);
}

size_t yaml_doc_problem_count(const struct yaml_doc *doc)
{
    return doc->problem_count;
}

const char *yaml_doc_problem_at(const struct yaml_doc *doc, size_t index)
{
    assert(index < doc->problem_count);
    return doc->problems[index];
}

enum yaml_kind yaml_node_kind(const struct yaml_node *node)
{
    return node->kind;
}

uint32_t yaml_node_line(const struct yaml_node *node)
{
    return node->line;
}

bool yaml_node_is_null(const struct yaml_node *node)
{
    return node->kind == YAML_KIND_SCALAR && node->is_plain &&
           (node->text[0] == '\0' || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0);
}

const char *yaml_node_text(const struct yaml_node *node)
{
    return node->kind == YAML_KIND_SCALAR ? node->text : NULL;
}

size_t yaml_node_count(const struct yaml_node *node)
{
    return node->count;
}

const struct yaml_node *yaml_list_at(const struct yaml_node *list, size_t index)
{
    assert(list->kind == YAML_KIND_LIST && index < list->count);
    return list->items[index];
}

const char *yaml_map_key_at(const struct yaml_node *map, size_t index)
{
    assert(map->kind == YAML_KIND_MAP && index < map->count);
    return map->items[index]->key;
}

const struct yaml_node *yaml_map_value_at(const struct yaml_node *map, size_t index)
{
    assert(map->kind == YAML_KIND_MAP && index < map->count);
    return map->items[index];
}

const struct yaml_node *yaml_map_find(const struct yaml_node *map, const char *key)
{
    if (map == NULL || map->kind != YAML_KIND_MAP)
        return NULL;
    size_t low = 0, high = map->count;
    while (low < high) {   /* the first entry whose key is not before key */
        size_t middle = low + (high - low) / 2;
        if (strcmp(map->items[map->by_key[middle]]->key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == map->count)
        return NULL;
    const struct yaml_node *found = map->items[map->by_key[low]];
    return strcmp(found->key, key) == 0 ? found : NULL;
}
