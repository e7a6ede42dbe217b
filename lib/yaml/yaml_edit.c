/* SPDX-License-Identifier: Apache-2.0
 *
 * Every change is one cut: bytes [from, to) of the text become others. Where to cut is read from the nodes' places.
 *
 *   reps:                               in brackets                      in a block
 *     anna: {capacity: 3, tier: 1}      ", tier: 1" or "capacity: 3, "   whole lines
 */
#include "yaml_edit.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "yaml_tree.h"

/* Some room for what is put together before the text itself is as large. */
enum { PUT_MAX = 64 * 1024 };

struct place {
    struct yaml_doc *doc;
    const char *text;
    size_t size;
    const struct yaml_node *parent, *node;   /* the last two on the path that are there; parent NULL: node is the root */
    size_t found;                            /* keys of the path that are there */
};

static const struct yaml_node *child_of(const struct yaml_node *node, const char *key)
{
    return key != NULL ? yaml_map_find(node, key) : NULL;
}

static lw_status find(const char *text, const char *const *path, struct place *place)
{
    *place = (struct place){.doc = yaml_doc_from_text("text", text, strlen(text))};
    if (place->doc == NULL)
        return LW_NO_MEMORY;
    place->text = yaml_doc_text(place->doc, &place->size);
    place->node = yaml_doc_root(place->doc);
    if (place->node == NULL || yaml_doc_problem_count(place->doc) > 0) {
        yaml_doc_close(&place->doc);
        return LW_INVALID;
    }
    for (const struct yaml_node *next; (next = child_of(place->node, path[place->found])) != NULL; place->found++) {
        place->parent = place->node;
        place->node = next;
    }
    return LW_OK;
}

static lw_status cut(char **text, const struct place *place, size_t from, size_t to, const struct byte_buffer *put)
{
    if (put != NULL && put->failed)
        return LW_TOO_LARGE;
    const size_t put_size = put != NULL ? put->size : 0, size = place->size - (to - from) + put_size;
    if (size > YAML_EDIT_SIZE_MAX)
        return LW_TOO_LARGE;
    char *made = malloc(size + 1);
    if (made == NULL)
        return LW_NO_MEMORY;
    memcpy(made, place->text, from);
    if (put_size > 0)
        memcpy(made + from, put->data, put_size);
    memcpy(made + from + put_size, place->text + to, place->size - to);
    made[size] = '\0';
    free(*text);
    *text = made;
    return LW_OK;
}

static void put_raw(struct byte_buffer *out, const char *text)
{
    byte_buffer_put(out, text, strlen(text));
}

/* The value of the path's first key: {second: {third: value}}. */
static void put_nested(struct byte_buffer *out, const char *const *path, const char *value)
{
    size_t depth = 0;
    for (; path[depth + 1] != NULL; depth++) {
        put_raw(out, "{");
        yaml_edit_quote(out, path[depth + 1]);
        put_raw(out, ": ");
    }
    put_raw(out, value);
    while (depth-- > 0)
        put_raw(out, "}");
}

static void put_entry(struct byte_buffer *out, const char *const *path, const char *value)
{
    yaml_edit_quote(out, path[0]);
    put_raw(out, ": ");
    put_nested(out, path, value);
}

static size_t line_start(const char *text, size_t at)
{
    while (at > 0 && text[at - 1] != '\n')
        at--;
    return at;
}

/* Before the line break, however it is written. */
static size_t line_end(const char *text, size_t at)
{
    at += strcspn(text + at, "\n");
    return at > 0 && text[at] == '\n' && text[at - 1] == '\r' ? at - 1 : at;
}

static size_t start_of(const struct yaml_node *container, const struct yaml_node *item)
{
    return container->kind == YAML_KIND_MAP ? item->key_start : item->start;
}

/* What begins the line of an item of a block: blanks, and for a list one dash. */
static bool opening_of(const struct place *place, const struct yaml_node *block, const struct yaml_node *item, size_t *start_out, size_t *size_out)
{
    const size_t at = start_of(block, item), start = line_start(place->text, at), size = at - start;
    size_t blanks = strspn(place->text + start, " ");
    if (block->kind == YAML_KIND_LIST && place->text[start + blanks] == '-')
        blanks += 1 + strspn(place->text + start + blanks + 1, " ");
    *start_out = start;
    *size_out = size;
    return blanks >= size;
}

/* A new item behind the last of a container that has some. */
static lw_status append(char **text, const struct place *place, const struct yaml_node *container, const struct byte_buffer *item)
{
    const struct yaml_node *last = container->items[container->count - 1];
    struct byte_buffer put;
    size_t at = last->end, start, size;
    byte_buffer_init(&put, PUT_MAX);
    if (container->is_flow) {
        put_raw(&put, ", ");
    } else {
        if (!opening_of(place, container, container->items[0], &start, &size))
            return LW_INVALID;
        at = line_end(place->text, last->end);
        put_raw(&put, place->text[at] == '\r' ? "\r\n" : "\n");
        byte_buffer_put(&put, place->text + start, size);
    }
    byte_buffer_put(&put, item->data, item->size);
    put.failed = put.failed || item->failed;
    const lw_status status = cut(text, place, at, at, &put);
    byte_buffer_fini(&put);
    return status;
}

/* The node's value, which may be none or a block that begins on another line. */
static lw_status replace(char **text, const struct place *place, const struct yaml_node *node, const struct byte_buffer *value)
{
    const bool is_block = node->kind != YAML_KIND_SCALAR && !node->is_flow, is_empty = node->start == node->end;
    struct byte_buffer put;
    size_t from = node->start;
    if (node->key == NULL)
        return LW_INVALID;
    byte_buffer_init(&put, PUT_MAX);
    if (is_block)
        from = node->key_end + strcspn(place->text + node->key_end, ":") + 1;
    if (is_empty && place->text[from - 1] != ':')
        put_raw(&put, ":");
    if (place->text[from - 1] == ':' || is_empty)
        put_raw(&put, " ");
    byte_buffer_put(&put, value->data, value->size);
    put.failed = put.failed || value->failed;
    const lw_status status = cut(text, place, from, node->end, &put);
    byte_buffer_fini(&put);
    return status;
}

/* Into brackets with nothing in them but comments, perhaps. */
static lw_status begin(char **text, const struct place *place, const struct yaml_node *container, const struct byte_buffer *item)
{
    return cut(text, place, container->start + 1, container->start + 1, item);
}

static bool is_hollow(const struct yaml_node *node)
{
    return node->kind == YAML_KIND_SCALAR ? yaml_node_is_null(node) : node->count == 0;
}

lw_status yaml_edit_set(char **text, const char *const *path, const char *value)
{
    struct place place;
    struct byte_buffer put;
    lw_status status = find(*text, path, &place);
    if (status != LW_OK)
        return status;
    const char *const *rest = path + place.found;
    byte_buffer_init(&put, PUT_MAX);
    if (*rest == NULL) {
        put_raw(&put, value);
        status = replace(text, &place, place.node, &put);
    } else if (is_hollow(place.node) && place.node->kind == YAML_KIND_MAP) {
        put_entry(&put, rest, value);
        status = begin(text, &place, place.node, &put);
    } else if (is_hollow(place.node)) {
        put_raw(&put, "{");
        put_entry(&put, rest, value);
        put_raw(&put, "}");
        status = replace(text, &place, place.node, &put);
    } else if (place.node->kind == YAML_KIND_MAP) {
        put_entry(&put, rest, value);
        status = append(text, &place, place.node, &put);
    } else {
        status = LW_INVALID;
    }
    byte_buffer_fini(&put);
    yaml_doc_close(&place.doc);
    return status;
}

/* Nothing but blanks and one comma. */
static bool is_gap(const char *text, size_t from, size_t to)
{
    const size_t blanks = strspn(text + from, " \t\r\n,");
    return from + blanks >= to;
}

/* The first comma of [from, to) that is in no comment; `to` if there is none. */
static size_t comma_in(const char *text, size_t from, size_t to)
{
    for (size_t at = from; at < to; at++) {
        if (text[at] == ',')
            return at;
        if (text[at] == '#')
            at += strcspn(text + at, "\n");
    }
    return to;
}

/* Comments between the brackets stay: then only the item goes, and one comma. */
static lw_status remove_in_brackets(char **text, const struct place *place, const struct yaml_node *container, size_t index)
{
    const struct yaml_node *item = container->items[index];
    const size_t start = start_of(container, item), end = item->end;
    const bool has_next = index + 1 < container->count;
    const size_t next = has_next ? start_of(container, container->items[index + 1]) : container->end - 1;
    const size_t before = index > 0 ? container->items[index - 1]->end : container->start + 1;
    if (has_next && is_gap(place->text, end, next))
        return cut(text, place, start, next, NULL);
    if (index > 0 && is_gap(place->text, before, start))
        return cut(text, place, before, end, NULL);
    const bool is_behind = has_next || index == 0;
    const size_t comma = is_behind ? comma_in(place->text, end, next) : comma_in(place->text, before, start);
    struct byte_buffer between;
    byte_buffer_init(&between, YAML_EDIT_SIZE_MAX);
    size_t from = start, to = end;
    if (is_behind && comma < next) {
        byte_buffer_put(&between, place->text + end, comma - end);
        to = comma + 1;
    } else if (!is_behind && comma < start) {
        byte_buffer_put(&between, place->text + comma + 1, start - comma - 1);
        from = comma;
    }
    const lw_status status = cut(text, place, from, to, &between);
    byte_buffer_fini(&between);
    return status;
}

static lw_status remove_lines(char **text, const struct place *place, const struct yaml_node *block, size_t index)
{
    const struct yaml_node *item = block->items[index];
    size_t start, size;
    if (!opening_of(place, block, item, &start, &size))
        return LW_INVALID;
    const size_t end = item->end + strcspn(place->text + item->end, "\n");
    return cut(text, place, start, end + (place->text[end] == '\n'), NULL);
}

static lw_status remove_at(char **text, const struct place *place, const struct yaml_node *container, size_t index)
{
    if (index == container->count)
        return LW_NOT_FOUND;
    return container->is_flow ? remove_in_brackets(text, place, container, index) : remove_lines(text, place, container, index);
}

lw_status yaml_edit_remove(char **text, const char *const *path)
{
    struct place place;
    lw_status status = find(*text, path, &place);
    if (status != LW_OK)
        return status;
    if (path[place.found] != NULL || place.parent == NULL) {
        status = LW_NOT_FOUND;
    } else {
        size_t index = 0;
        while (index < place.parent->count && place.parent->items[index] != place.node)
            index++;
        status = remove_at(text, &place, place.parent, index);
    }
    yaml_doc_close(&place.doc);
    return status;
}

lw_status yaml_edit_add_item(char **text, const char *const *path, const char *item)
{
    struct place place;
    struct byte_buffer put;
    lw_status status = find(*text, path, &place);
    if (status != LW_OK)
        return status;
    const bool is_there = path[place.found] == NULL, is_list = is_there && place.node->kind == YAML_KIND_LIST;
    byte_buffer_init(&put, PUT_MAX);
    if (is_list) {
        put_raw(&put, item);
        status = place.node->count > 0 ? append(text, &place, place.node, &put) : begin(text, &place, place.node, &put);
    } else if (is_there && !is_hollow(place.node)) {
        status = LW_INVALID;
    } else {
        put_raw(&put, "[");
        put_raw(&put, item);
        put_raw(&put, "]");
        byte_buffer_put_u8(&put, 0);
        status = put.failed ? LW_TOO_LARGE : yaml_edit_set(text, path, (const char *)put.data);
    }
    byte_buffer_fini(&put);
    yaml_doc_close(&place.doc);
    return status;
}

lw_status yaml_edit_remove_item(char **text, const char *const *path, const char *item)
{
    struct place place;
    lw_status status = find(*text, path, &place);
    if (status != LW_OK)
        return status;
    if (path[place.found] != NULL || place.node->kind != YAML_KIND_LIST) {
        status = LW_NOT_FOUND;
    } else {
        size_t index = 0;
        while (index < place.node->count &&
               (place.node->items[index]->kind != YAML_KIND_SCALAR || strcmp(place.node->items[index]->text, item) != 0))
            index++;
        status = remove_at(text, &place, place.node, index);
    }
    yaml_doc_close(&place.doc);
    return status;
}

/* Of the whole entry: from its key in brackets, else its lines. */
static lw_status entry_span(const struct place *place, size_t *from, size_t *to)
{
    size_t size;
    if (place->parent == NULL)
        return LW_NOT_FOUND;
    *from = place->node->key_start;
    *to = place->node->end;
    if (place->parent->is_flow)
        return LW_OK;
    *to += strcspn(place->text + *to, "\n");
    *to += place->text[*to] == '\n';
    return opening_of(place, place->parent, place->node, from, &size) ? LW_OK : LW_INVALID;
}

lw_status yaml_edit_take(const char *text, const char *const *path, char **piece_out)
{
    struct place place;
    struct byte_buffer piece;
    size_t from = 0, to = 0;
    lw_status status = find(text, path, &place);
    if (status != LW_OK)
        return status;
    byte_buffer_init(&piece, YAML_EDIT_SIZE_MAX);
    status = path[place.found] == NULL ? entry_span(&place, &from, &to) : LW_NOT_FOUND;
    if (status == LW_OK) {
        put_raw(&piece, place.parent->is_flow ? "{" : "");
        byte_buffer_put(&piece, place.text + from, to - from);
        put_raw(&piece, place.parent->is_flow ? " }" : "");
        byte_buffer_put_u8(&piece, 0);
        *piece_out = piece.failed ? NULL : strdup((const char *)piece.data);
        status = *piece_out != NULL ? LW_OK : LW_NO_MEMORY;
    }
    byte_buffer_fini(&piece);
    yaml_doc_close(&place.doc);
    return status;
}

lw_status yaml_edit_put_back(char **text, const char *const *path, const char *piece)
{
    struct place place;
    struct byte_buffer put;
    size_t from = 0, to = 0;
    lw_status status = find(*text, path, &place);
    if (status != LW_OK)
        return status;
    byte_buffer_init(&put, YAML_EDIT_SIZE_MAX);
    status = path[place.found] == NULL ? entry_span(&place, &from, &to) : LW_NOT_FOUND;
    if (status == LW_OK) {
        const bool is_flow = place.parent->is_flow;
        const size_t size = strlen(piece);
        if (is_flow && size < 3)
            status = LW_INVALID;
        else
            byte_buffer_put(&put, piece + is_flow, size - 3 * (size_t)is_flow);
    }
    if (status == LW_OK)
        status = cut(text, &place, from, to, &put);
    byte_buffer_fini(&put);
    yaml_doc_close(&place.doc);
    return status;
}

static bool is_same(const struct yaml_node *a, const struct yaml_node *b)
{
    if (a == NULL || b == NULL || a->kind != b->kind || a->count != b->count || strcmp(a->text, b->text) != 0 || a->is_plain != b->is_plain)
        return a == b;
    for (size_t i = 0; i < a->count; i++) {
        if (a->kind == YAML_KIND_MAP && strcmp(a->items[i]->key, b->items[i]->key) != 0)
            return false;
        if (!is_same(a->items[i], b->items[i]))
            return false;
    }
    return true;
}

static bool is_at(const struct yaml_node *map, size_t index, const char *key)
{
    return index < map->count && strcmp(map->items[index]->key, key) == 0;
}

/* A map that has or had nothing but the entry may be gone, or be new. */
static size_t entries_of(const struct yaml_node *node)
{
    return node != NULL && node->kind == YAML_KIND_MAP ? node->count : 0;
}

static bool is_map_or_hollow(const struct yaml_node *node)
{
    return node == NULL || node->kind == YAML_KIND_MAP || is_hollow(node);
}

bool yaml_edit_keeps(const struct yaml_node *before, const struct yaml_node *after, const char *const *path)
{
    if (path[0] == NULL)
        return true;
    if (!is_map_or_hollow(before) || !is_map_or_hollow(after))
        return is_same(before, after);
    for (size_t a = 0, b = 0; a < entries_of(before) || b < entries_of(after);) {
        if (a < entries_of(before) && is_at(before, a, path[0])) {
            a++;
        } else if (b < entries_of(after) && is_at(after, b, path[0])) {
            b++;
        } else {
            if (a == entries_of(before) || b == entries_of(after) || !is_at(before, a, after->items[b]->key) || !is_same(before->items[a], after->items[b]))
                return false;
            a++, b++;
        }
    }
    return yaml_edit_keeps(yaml_map_find(before, path[0]), yaml_map_find(after, path[0]), path + 1);
}

/* Would be read as something else: nothing, yes, no. */
static bool is_word_of_yaml(const char *text)
{
    static const char *const words[] = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(text, words[i]) == 0)
            return true;
    }
    return false;
}

static bool is_plain_text(const char *text)
{
    static const char alnum[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const size_t size = strlen(text);
    if (size == 0 || strchr(alnum, text[0]) == NULL || text[size - 1] == ' ' || is_word_of_yaml(text))
        return false;
    for (size_t i = 0; i < size; i++) {
        if (strchr(alnum, text[i]) == NULL && strchr(" _.@/+-", text[i]) == NULL)
            return false;
    }
    return true;
}

void yaml_edit_quote(struct byte_buffer *out, const char *text)
{
    if (is_plain_text(text)) {
        put_raw(out, text);
        return;
    }
    byte_buffer_put_u8(out, '"');
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            byte_buffer_put_u8(out, '\\');
        if (*at < ' ' || *at == 0x7f)
            byte_buffer_printf(out, "\\x%02x", *at);
        else
            byte_buffer_put_u8(out, *at);
    }
    byte_buffer_put_u8(out, '"');
}
