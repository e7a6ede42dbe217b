/* SPDX-License-Identifier: Apache-2.0
 *
 * Events of libyaml -> tree. A stack of open containers, at most YAML_DEPTH_MAX.
 *
 * libyaml's own document API follows aliases and gives no way to refuse them;
 * events show them, and show depth before memory is spent on it.
 */
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "yaml_tree.h"

struct open_container {
    struct yaml_node *node;
    struct yaml_node *first, *last;   /* children so far */
    const char *key;                  /* map: read, its value comes next; NULL: a key comes next */
    uint32_t key_line, key_start, key_end;
};

struct loader {
    struct yaml_doc *doc;
    yaml_parser_t parser;
    struct open_container open[YAML_DEPTH_MAX];
    size_t depth;
    unsigned documents;
    size_t at_character, at_byte;     /* the place found last */
};

static uint32_t line_of(const yaml_mark_t *mark)
{
    return (uint32_t)mark->line + 1;
}

/* Marks count characters; they mostly go on, and back by a few at most. */
static uint32_t byte_of(struct loader *loader, const yaml_mark_t *mark)
{
    const char *text = loader->doc->text;
    size_t at = loader->at_byte;
    for (; loader->at_character < mark->index && at < loader->doc->text_size; loader->at_character++)
        for (at++; (text[at] & 0xc0) == 0x80; at++)
            ;
    for (; loader->at_character > mark->index && at > 0; loader->at_character--)
        for (at--; at > 0 && (text[at] & 0xc0) == 0x80; at--)
            ;
    loader->at_byte = at;
    return (uint32_t)at;
}

/* Where a value that is not written would begin. */
static uint32_t behind_colon(const char *text, uint32_t key_end)
{
    const size_t blanks = strspn(text + key_end, " \t");
    return text[key_end + blanks] == ':' ? key_end + (uint32_t)blanks + 1 : key_end;
}

/* A block of text ends with its line breaks. */
static void set_span(struct loader *loader, struct yaml_node *node, const yaml_event_t *event)
{
    const char *text = loader->doc->text;
    node->start = byte_of(loader, &event->start_mark);
    node->end = byte_of(loader, &event->end_mark);
    if (node->start == node->end && node->key != NULL)
        node->start = node->end = behind_colon(text, node->key_end);
    while (node->end > node->start && strchr(" \t\r\n", text[node->end - 1]) != NULL)
        node->end--;
}

static bool out_of_memory(struct loader *loader)
{
    yaml_problem_at_line(loader->doc, 0, "cannot be read: out of memory");
    return false;
}

/* Hangs a finished or opened node on the container that is open, or makes it the root. */
static void attach(struct loader *loader, struct yaml_node *node)
{
    if (loader->depth == 0) {
        loader->doc->root = node;
        return;
    }
    struct open_container *parent = &loader->open[loader->depth - 1];
    if (parent->node->kind == YAML_KIND_MAP) {
        node->key = parent->key;
        node->key_line = parent->key_line;
        node->key_start = parent->key_start;
        node->key_end = parent->key_end;
        parent->key = NULL;
    }
    if (parent->last == NULL)
        parent->first = node;
    else
        parent->last->next = node;
    parent->last = node;
    parent->node->count++;
}

static bool expects_key(const struct loader *loader)
{
    const struct open_container *parent = loader->depth > 0 ? &loader->open[loader->depth - 1] : NULL;
    return parent != NULL && parent->node->kind == YAML_KIND_MAP && parent->key == NULL;
}

static struct yaml_node *node_new(struct loader *loader, enum yaml_kind kind, uint32_t line)
{
    struct yaml_node *node = arena_calloc(&loader->doc->arena, 1, sizeof *node);
    if (node == NULL) {
        out_of_memory(loader);
        return NULL;
    }
    node->kind = kind;
    node->line = line;
    node->text = "";
    return node;
}

/* Anchors and tags are not understood; saying so beats ignoring them. */
static void refuse_properties(struct loader *loader, uint32_t line, const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor != NULL)
        yaml_problem_at_line(loader->doc, line, "anchor '&%s' is not supported; write the value where it is used",
                             (const char *)anchor);
    if (tag != NULL)
        yaml_problem_at_line(loader->doc, line, "tag '%s' is not supported; quote text that starts with '!'",
                             (const char *)tag);
}

static bool on_scalar(struct loader *loader, const yaml_event_t *event)
{
    const uint32_t line = line_of(&event->start_mark);
    const size_t size = event->data.scalar.length;
    const char *bytes = (const char *)event->data.scalar.value;
    refuse_properties(loader, line, event->data.scalar.anchor, event->data.scalar.tag);
    if (memchr(bytes, '\0', size) != NULL)
        yaml_problem_at_line(loader->doc, line, "text holds a NUL character");
    char *text = arena_copy(&loader->doc->arena, bytes, size);
    if (text == NULL)
        return out_of_memory(loader);
    if (expects_key(loader)) {
        struct open_container *parent = &loader->open[loader->depth - 1];
        parent->key = text;
        parent->key_line = line;
        parent->key_start = byte_of(loader, &event->start_mark);
        parent->key_end = byte_of(loader, &event->end_mark);
        return true;
    }
    struct yaml_node *node = node_new(loader, YAML_KIND_SCALAR, line);
    if (node == NULL)
        return false;
    node->text = text;
    node->is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    attach(loader, node);
    set_span(loader, node, event);
    /* libyaml places an empty value where the next token stands; its key's line is what a reader looks for. */
    if (node->is_plain && size == 0 && node->key != NULL)
        node->line = node->key_line;
    return true;
}

static bool on_alias(struct loader *loader, const yaml_event_t *event)
{
    const uint32_t line = line_of(&event->start_mark);
    yaml_problem_at_line(loader->doc, line, "alias '*%s' is not supported; quote text that starts with '*'",
                         (const char *)event->data.alias.anchor);
    if (expects_key(loader)) {
        loader->open[loader->depth - 1].key = "*";
        loader->open[loader->depth - 1].key_line = line;
        return true;
    }
    struct yaml_node *node = node_new(loader, YAML_KIND_SCALAR, line);
    if (node == NULL)
        return false;
    node->is_plain = true;
    attach(loader, node);
    return true;
}

static bool on_container_start(struct loader *loader, const yaml_event_t *event, enum yaml_kind kind)
{
    const uint32_t line = line_of(&event->start_mark);
    if (kind == YAML_KIND_MAP)
        refuse_properties(loader, line, event->data.mapping_start.anchor, event->data.mapping_start.tag);
    else
        refuse_properties(loader, line, event->data.sequence_start.anchor, event->data.sequence_start.tag);
    if (expects_key(loader)) {
        yaml_problem_at_line(loader->doc, line, "a key must be a single word or text; quote text that starts with '[' or '{'");
        return false;
    }
    if (loader->depth == YAML_DEPTH_MAX) {
        yaml_problem_at_line(loader->doc, line, "is nested deeper than %d levels", YAML_DEPTH_MAX);
        return false;
    }
    struct yaml_node *node = node_new(loader, kind, line);
    if (node == NULL)
        return false;
    attach(loader, node);
    set_span(loader, node, event);
    node->is_flow = kind == YAML_KIND_MAP ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
                                          : event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    /* A block under "name:" starts on a later line; readers are told where it is named. */
    if (node->key != NULL)
        node->line = node->key_line;
    loader->open[loader->depth++] = (struct open_container){.node = node};
    return true;
}

struct key_place { const char *key; uint32_t index; };

static int compare_key_places(const void *left, const void *right)
{
    const struct key_place *a = left, *b = right;
    const int order = strcmp(a->key, b->key);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* Orders a map's entries by key and reports duplicates, each once. */
static bool index_keys(struct loader *loader, struct yaml_node *map)
{
    struct key_place *places = calloc(map->count, sizeof *places);
    map->by_key = arena_calloc(&loader->doc->arena, map->count, sizeof *map->by_key);
    if (places == NULL || map->by_key == NULL) {
        free(places);
        return out_of_memory(loader);
    }
    for (size_t i = 0; i < map->count; i++)
        places[i] = (struct key_place){map->items[i]->key, (uint32_t)i};
    qsort(places, map->count, sizeof *places, compare_key_places);
    size_t first = 0;
    for (size_t i = 0; i < map->count; i++) {
        map->by_key[i] = places[i].index;
        if (i > 0 && strcmp(places[first].key, places[i].key) == 0) {
            yaml_problem_at_line(loader->doc, map->items[places[i].index]->key_line,
                                 "'%s' is written twice; first on line %u", places[i].key,
                                 (unsigned)map->items[places[first].index]->key_line);
        } else {
            first = i;
        }
    }
    free(places);
    return true;
}

static bool on_container_end(struct loader *loader, const yaml_event_t *event)
{
    struct open_container *container = &loader->open[--loader->depth];
    struct yaml_node *node = container->node;
    /* A block's end mark is where the next thing begins, behind comments. */
    node->end = node->is_flow ? byte_of(loader, &event->end_mark) : container->last != NULL ? container->last->end : node->start;
    if (node->count == 0)
        return true;
    node->items = arena_calloc(&loader->doc->arena, node->count, sizeof(struct yaml_node *));
    if (node->items == NULL)
        return out_of_memory(loader);
    size_t i = 0;
    for (struct yaml_node *child = container->first; child != NULL; child = child->next)
        node->items[i++] = child;
    return node->kind != YAML_KIND_MAP || index_keys(loader, node);
}

static bool on_event(struct loader *loader, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (loader->documents++ == 0)
            return true;
        yaml_problem_at_line(loader->doc, line_of(&event->start_mark), "a second document starts here; one file is one document");
        return false;
    case YAML_SCALAR_EVENT: return on_scalar(loader, event);
    case YAML_ALIAS_EVENT: return on_alias(loader, event);
    case YAML_SEQUENCE_START_EVENT: return on_container_start(loader, event, YAML_KIND_LIST);
    case YAML_MAPPING_START_EVENT: return on_container_start(loader, event, YAML_KIND_MAP);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return on_container_end(loader, event);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT: return true;
    }
    return true;
}

static void report_syntax(struct loader *loader)
{
    const yaml_parser_t *parser = &loader->parser;
    const char *problem = parser->problem != NULL ? parser->problem : "not YAML";
    if (parser->error == YAML_MEMORY_ERROR) {
        out_of_memory(loader);
    } else if (parser->error == YAML_READER_ERROR) {
        /* The reader knows an offset only: count the lines up to it. */
        uint32_t line = 1;
        for (size_t i = 0; i < parser->problem_offset && i < loader->doc->text_size; i++)
            line += loader->doc->text[i] == '\n';
        yaml_problem_at_line(loader->doc, line, "is not UTF-8 text: %s", problem);
    } else if (parser->context != NULL) {
        yaml_problem_at_line(loader->doc, line_of(&parser->problem_mark), "%s, %s (line %u)", problem, parser->context,
                             (unsigned)line_of(&parser->context_mark));
    } else {
        yaml_problem_at_line(loader->doc, line_of(&parser->problem_mark), "%s", problem);
    }
}

void yaml_tree_load(struct yaml_doc *doc)
{
    struct loader loader = {.doc = doc};
    if (!yaml_parser_initialize(&loader.parser)) {
        out_of_memory(&loader);
        return;
    }
    yaml_parser_set_encoding(&loader.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&loader.parser, (const unsigned char *)doc->text, doc->text_size);
    bool ok = true, ended = false;
    while (ok && !ended) {
        yaml_event_t event;
        if (!yaml_parser_parse(&loader.parser, &event)) {
            report_syntax(&loader);
            ok = false;
            break;
        }
        ended = event.type == YAML_STREAM_END_EVENT;
        ok = on_event(&loader, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&loader.parser);
    if (!ok)
        doc->root = NULL;
}
