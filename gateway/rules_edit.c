/* SPDX-License-Identifier: Apache-2.0
 *
 * One member after another is put into the text (yaml_edit.h), which is read again each time: so the entry is taken out of the rules, which may be a
 * MiB, and put back when all is said. In between it is a document of its own, whose paths begin with the entry's name.
 */
#include "rules_edit.h"

#include <stdlib.h>
#include <string.h>

#include "yaml_edit.h"

enum { SET_MAX = 512, VALUE_MAX = 512, PATH_MAX_KEYS = 6 };

/* The path in the making: anna, caps, source, portal. */
struct edit_path {
    const char *keys[PATH_MAX_KEYS + 1];
    size_t count;
};

static struct edit_path joined(struct edit_path path, const char *key)
{
    if (path.count < PATH_MAX_KEYS)
        path.keys[path.count++] = key;
    return path;
}

static struct edit_path path_of_field(struct edit_path path, const struct rule_field *field)
{
    for (const char *const *key = field->path; *key; key++)
        path = joined(path, *key);
    return path;
}

/* Of the text as it is now. *doc_out is to be closed. */
static const struct yaml_node *node_at(const char *text, const struct edit_path *path, struct yaml_doc **doc_out)
{
    *doc_out = yaml_doc_from_text("desk.yaml", text, strlen(text));
    const struct yaml_node *node = *doc_out ? yaml_doc_root(*doc_out) : NULL;
    for (size_t i = 0; i < path->count && node; i++)
        node = yaml_map_find(node, path->keys[i]);
    return node;
}

static size_t count_at(const char *text, const struct edit_path *path)
{
    struct yaml_doc *doc;
    const struct yaml_node *node = node_at(text, path, &doc);
    size_t count = node ? yaml_node_count(node) : 0;
    yaml_doc_close(&doc);
    return count;
}

static bool is_there(const char *text, const struct edit_path *path)
{
    struct yaml_doc *doc;
    bool there = node_at(text, path, &doc) != NULL;
    yaml_doc_close(&doc);
    return there;
}

static bool is_text_for_one_line(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at; at++)
        if (*at < ' ' || *at == 0x7f)
            return false;
    return strlen(text) < VALUE_MAX;
}

/* Takes maps along that would stay with nothing in them, down to what the form is of, at depth `kept`. */
static lw_status remove_at(char **text, struct edit_path path, size_t kept)
{
    if (!is_there(*text, &path))
        return LW_OK;
    for (;;) {
        struct edit_path parent = path;
        parent.keys[--parent.count] = NULL;
        if (parent.count <= kept || count_at(*text, &parent) > 1)
            break;
        path = parent;
    }
    return yaml_edit_remove(text, path.keys);
}

static lw_status set_text(char **text, struct edit_path path, const char *value)
{
    struct byte_buffer quoted;
    byte_buffer_init(&quoted, 8 * VALUE_MAX);
    yaml_edit_quote(&quoted, value);
    byte_buffer_put_u8(&quoted, 0);
    lw_status status = quoted.failed ? LW_TOO_LARGE : yaml_edit_set(text, path.keys, (const char *)quoted.data);
    byte_buffer_fini(&quoted);
    return status;
}

static lw_status set_scalar(char **text, struct edit_path path, size_t kept, const json_t *value, bool is_number)
{
    const char *word = json_string_value(value);
    char number[32];
    if (json_is_null(value) || (word && !*word))
        return path.count > kept ? remove_at(text, path, kept) : yaml_edit_set(text, path.keys, "~");
    if (json_is_integer(value) && is_number) {
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        return yaml_edit_set(text, path.keys, number);
    }
    /* A number that is none is for the reader of the rules to refuse, in its words. */
    return word && is_text_for_one_line(word) ? set_text(text, path, word) : LW_INVALID;
}

/* [it, en] -> {it: 10, en: 10}, so that each can have a level. */
static lw_status list_to_levels(char **text, struct edit_path path)
{
    struct yaml_doc *doc;
    const struct yaml_node *node = node_at(*text, &path, &doc);
    struct byte_buffer map;
    lw_status status = LW_OK;
    byte_buffer_init(&map, YAML_EDIT_SIZE_MAX);
    if (node && yaml_node_kind(node) == YAML_KIND_LIST) {
        byte_buffer_printf(&map, "{");
        for (size_t i = 0; i < yaml_node_count(node); i++) {
            const char *item = yaml_node_text(yaml_list_at(node, i));
            byte_buffer_printf(&map, i > 0 ? ", " : "%s", "");
            yaml_edit_quote(&map, item ? item : "");
            byte_buffer_printf(&map, ": 10");
        }
        byte_buffer_printf(&map, "}");
        byte_buffer_put_u8(&map, 0);
        status = map.failed ? LW_TOO_LARGE : yaml_edit_set(text, path.keys, (const char *)map.data);
    }
    byte_buffer_fini(&map);
    yaml_doc_close(&doc);
    return status;
}

static lw_status set_levels(char **text, struct edit_path path, size_t kept, const json_t *members)
{
    const char *key;
    json_t *value;
    lw_status status = list_to_levels(text, path);
    json_object_foreach((json_t *)members, key, value) {
        if (status != LW_OK)
            break;
        status = *key && is_text_for_one_line(key) ? set_scalar(text, joined(path, key), kept, value, true) : LW_INVALID;
    }
    return status;
}

static bool has_item(const char *text, const struct edit_path *path, const char *item)
{
    struct yaml_doc *doc;
    const struct yaml_node *list = node_at(text, path, &doc);
    bool found = false;
    for (size_t i = 0; list && yaml_node_kind(list) == YAML_KIND_LIST && i < yaml_node_count(list); i++) {
        const char *its = yaml_node_text(yaml_list_at(list, i));
        found = found || (its && strcmp(its, item) == 0);
    }
    yaml_doc_close(&doc);
    return found;
}

static lw_status add_item(char **text, struct edit_path path, const char *item)
{
    struct byte_buffer quoted;
    byte_buffer_init(&quoted, 8 * VALUE_MAX);
    yaml_edit_quote(&quoted, item);
    byte_buffer_put_u8(&quoted, 0);
    lw_status status = quoted.failed ? LW_TOO_LARGE : yaml_edit_add_item(text, path.keys, (const char *)quoted.data);
    byte_buffer_fini(&quoted);
    return status;
}

static lw_status set_list(char **text, struct edit_path path, size_t kept, const json_t *members)
{
    const char *item;
    json_t *value;
    lw_status status = LW_OK;
    json_object_foreach((json_t *)members, item, value) {
        bool there = has_item(*text, &path, item);
        if (status != LW_OK || !*item || !is_text_for_one_line(item) || !(json_is_true(value) || json_is_null(value)))
            return status != LW_OK ? status : LW_INVALID;
        if (json_is_true(value) && !there)
            status = add_item(text, path, item);
        else if (json_is_null(value) && there)
            status = count_at(*text, &path) > 1 ? yaml_edit_remove_item(text, path.keys, item) : remove_at(text, path, kept);
    }
    return status;
}

/* Is the day written on its own, or part of "mon-fri"? */
static bool is_in_range(const struct yaml_node *hours, size_t day)
{
    for (size_t i = 0; hours && i < yaml_node_count(hours); i++) {
        size_t first, last;
        if (rule_days_of(yaml_map_key_at(hours, i), &first, &last) && first < last && first <= day && day <= last)
            return true;
    }
    return false;
}

/* Days one after another with the same times become one entry. */
static void put_week(struct byte_buffer *out, const char *const times[RULE_DAYS])
{
    const char *separator = "{";
    for (size_t day = 0, last; day < RULE_DAYS; day = last + 1) {
        last = day;
        if (!times[day])
            continue;
        while (last + 1 < RULE_DAYS && times[last + 1] && strcmp(times[last + 1], times[day]) == 0)
            last++;
        byte_buffer_printf(out, "%s%s%s%s: ", separator, rule_day(day), last > day ? "-" : "", last > day ? rule_day(last) : "");
        yaml_edit_quote(out, times[day]);
        separator = ", ";
    }
    byte_buffer_printf(out, "%s}", *separator == '{' ? "{" : "");
    byte_buffer_put_u8(out, 0);
}

static lw_status write_week(char **text, struct edit_path path, size_t kept, const struct yaml_node *hours, const json_t *members)
{
    const char *times[RULE_DAYS] = {NULL};
    bool is_open = false;
    struct byte_buffer week;
    for (size_t day = 0; day < RULE_DAYS; day++) {
        const json_t *changed = json_object_get(members, rule_day(day));
        const char *said = json_string_value(changed);
        for (size_t i = 0, first, last; !changed && i < yaml_node_count(hours); i++)
            if (rule_days_of(yaml_map_key_at(hours, i), &first, &last) && first <= day && day <= last)
                times[day] = yaml_node_text(yaml_map_value_at(hours, i));
        if (said && *said)
            times[day] = said;
        is_open = is_open || times[day];
    }
    if (!is_open)
        return remove_at(text, path, kept);
    byte_buffer_init(&week, 8 * RULE_DAYS * VALUE_MAX);
    put_week(&week, times);
    lw_status status = week.failed ? LW_TOO_LARGE : yaml_edit_set(text, path.keys, (const char *)week.data);
    byte_buffer_fini(&week);
    return status;
}

/* A day on its own is changed where it stands; days that are written together are all written anew. */
static lw_status set_hours(char **text, struct edit_path path, size_t kept, const json_t *members)
{
    const char *key;
    json_t *value;
    bool all = false;
    struct yaml_doc *doc;
    const struct yaml_node *hours = node_at(*text, &path, &doc);
    lw_status status = LW_OK;
    json_object_foreach((json_t *)members, key, value) {
        size_t first, last;
        const char *said = json_string_value(value);
        if (!rule_days_of(key, &first, &last) || first != last || !(json_is_null(value) || (said && is_text_for_one_line(said))))
            status = LW_INVALID;
        else
            all = all || is_in_range(hours, first);
    }
    if (status == LW_OK && (all || !hours)) {
        struct yaml_doc *none = hours ? NULL : yaml_doc_from_text("none", "{}", 2);
        status = write_week(text, path, kept, hours ? hours : yaml_doc_root(none), members);
        yaml_doc_close(&none);
    } else if (status == LW_OK) {
        status = set_levels(text, path, kept, members);
    }
    yaml_doc_close(&doc);
    return status;
}

static lw_status set_field(char **text, struct edit_path base, const struct rule_field *field, const json_t *value)
{
    struct edit_path path = path_of_field(base, field);
    if (field->kind == RULE_TEXT || field->kind == RULE_NUMBER)
        return set_scalar(text, path, base.count, value, field->kind == RULE_NUMBER);
    if (!json_is_object(value) || json_object_size(value) > SET_MAX)
        return LW_INVALID;
    return field->kind == RULE_LEVELS ? set_levels(text, path, base.count, value)
         : field->kind == RULE_LIST   ? set_list(text, path, base.count, value)
                                      : set_hours(text, path, base.count, value);
}

/* `inside: Inside sales` -> `inside: {label: Inside sales}`, when more is to be said of the team. */
static lw_status make_room(char **text, struct edit_path base)
{
    struct yaml_doc *doc;
    const struct yaml_node *node = node_at(*text, &base, &doc);
    const char *label = node && !yaml_node_is_null(node) ? yaml_node_text(node) : NULL;
    lw_status status = LW_OK;
    struct byte_buffer map;
    byte_buffer_init(&map, 8 * VALUE_MAX);
    if (label) {
        byte_buffer_printf(&map, "{label: ");
        yaml_edit_quote(&map, label);
        byte_buffer_printf(&map, "}");
        byte_buffer_put_u8(&map, 0);
        status = map.failed ? LW_TOO_LARGE : yaml_edit_set(text, base.keys, (const char *)map.data);
    }
    byte_buffer_fini(&map);
    yaml_doc_close(&doc);
    return status;
}

static lw_status set_fields(char **text, enum rule_of of, struct edit_path base, const json_t *set, const char **field_out)
{
    const char *name;
    json_t *value;
    lw_status status = of == RULE_OF_TEAM && json_object_size(set) > 0 ? make_room(text, base) : LW_OK;
    json_object_foreach((json_t *)set, name, value) {
        const struct rule_field *field = rule_field_find(of, name);
        if (status != LW_OK)
            break;
        *field_out = name;
        status = field ? set_field(text, base, field, value) : LW_INVALID;
    }
    return status;
}

static lw_status set_in_entry(char **text, enum rule_of of, struct edit_path base, const json_t *set, const char **field_out)
{
    char *piece = NULL;
    lw_status status = yaml_edit_take(*text, base.keys, &piece);
    if (status == LW_OK)
        status = set_fields(&piece, of, joined((struct edit_path){.count = 0}, base.keys[1]), set, field_out);
    if (status == LW_OK)
        status = yaml_edit_put_back(text, base.keys, piece);
    free(piece);
    return status;
}

/* Nothing but what the form is of has changed. */
static bool keeps(const char *before, const char *after, const struct edit_path *path)
{
    struct yaml_doc *a, *b;
    const struct edit_path root = {.count = 0};
    const struct yaml_node *from = node_at(before, &root, &a), *to = node_at(after, &root, &b);
    bool kept = from && to && yaml_doc_problem_count(b) == 0 && yaml_edit_keeps(from, to, path->keys);
    yaml_doc_close(&a);
    yaml_doc_close(&b);
    return kept;
}

lw_status rules_edit(const char *text, enum rule_of of, const char *name, enum rule_act act, const json_t *set, char **text_out, const char **field_out)
{
    const char *field = "";
    struct edit_path base = joined(joined((struct edit_path){.count = 0}, rule_section(of)), name);
    bool there = is_there(text, &base);
    lw_status status = act == RULE_ADD && there ? LW_DUPLICATE : act != RULE_ADD && !there ? LW_NOT_FOUND : LW_OK;
    char *edited = strdup(text);
    if (!*name || !is_text_for_one_line(name))
        status = LW_INVALID;
    if (!edited)
        status = LW_NO_MEMORY;
    if (status == LW_OK && act == RULE_ADD)
        status = yaml_edit_set(&edited, base.keys, of == RULE_OF_SKILL ? "~" : "{}");
    if (status == LW_OK)
        status = act == RULE_REMOVE ? yaml_edit_remove(&edited, base.keys) : set_in_entry(&edited, of, base, set, &field);
    if (status == LW_OK && !keeps(text, edited, &base)) {
        status = LW_INVALID;
        field = "";
    }
    if (field_out)
        *field_out = field;
    if (status == LW_OK)
        *text_out = edited;
    else
        free(edited);
    return status;
}
