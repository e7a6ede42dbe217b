/* SPDX-License-Identifier: Apache-2.0 */
#include "signature_text.h"

#include <stdlib.h>
#include <string.h>

/* One variable: the text between braces. */
struct variable {
    const char *name;
    size_t size;
};

static bool write_variable(const struct variable *variable, const struct signed_request *request, const char *timestamp,
                           size_t timestamp_size, struct byte_buffer *out);
static bool write_place(const struct variable *variable, size_t prefix_size, bool is_field, const struct signed_request *request,
                        struct byte_buffer *out);
static bool write_sorted_fields(const struct form_fields *form, struct byte_buffer *out);
static void write_url_decoded(const char *url, struct byte_buffer *out);
static int by_name(const void *a, const void *b);

static bool starts_with(const struct variable *variable, const char *text)
{
    size_t size = strlen(text);
    return variable->size >= size && memcmp(variable->name, text, size) == 0;
}

static bool is_named(const struct variable *variable, const char *text)
{
    return variable->size == strlen(text) && starts_with(variable, text);
}

/* The next variable at or after *at, which moves behind it; false at the end. literal gets what stands before it. */
static bool next_variable(const char **at, struct variable *literal, struct variable *variable)
{
    const char *open = strchr(*at, '{'), *close = open ? strchr(open, '}') : NULL;
    *literal = (struct variable){*at, close ? (size_t)(open - *at) : strlen(*at)};
    if (!close)
        return false;
    *variable = (struct variable){open + 1, (size_t)(close - open) - 1};
    *at = close + 1;
    return true;
}

const char *signature_text_problem(const char *template)
{
    static const char *const plain[] = {"method", "url", "url_decoded", "body", "timestamp", "sorted_fields"};
    struct variable literal, variable;
    if (strlen(template) > SIGNATURE_TEMPLATE_MAX)
        return "it is too long";
    while (next_variable(&template, &literal, &variable)) {
        bool known = (starts_with(&variable, "header:") && variable.size > 7) || (starts_with(&variable, "field:") && variable.size > 6);
        for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
            known = known || is_named(&variable, plain[i]);
        if (!known || memchr(literal.name, '}', literal.size))
            return "between braces there must be method, url, url_decoded, body, timestamp, sorted_fields, header:NAME or field:PATH";
    }
    return strpbrk(literal.name, "{}") ? "a brace is open or too many" : NULL;
}

bool signature_text_uses(const char *template, const char *name)
{
    struct variable literal, variable;
    bool is_prefix = name[strlen(name) - 1] == ':';
    while (next_variable(&template, &literal, &variable))
        if (is_prefix ? starts_with(&variable, name) : is_named(&variable, name))
            return true;
    return false;
}

bool signature_text_uses_field(const char *template, const char *name)
{
    struct variable literal, variable;
    size_t size = strlen(name);
    while (next_variable(&template, &literal, &variable))
        if (starts_with(&variable, "field:") && variable.size - 6 == size && memcmp(variable.name + 6, name, size) == 0)
            return true;
    return false;
}

bool signature_text_write(const char *template, const struct signed_request *request, const char *timestamp,
                          size_t timestamp_size, struct byte_buffer *out)
{
    struct variable literal, variable;
    while (next_variable(&template, &literal, &variable)) {
        byte_buffer_put(out, literal.name, literal.size);
        if (!write_variable(&variable, request, timestamp, timestamp_size, out))
            return false;
    }
    byte_buffer_put(out, literal.name, literal.size);
    return !out->failed;
}

static bool write_variable(const struct variable *variable, const struct signed_request *request, const char *timestamp,
                           size_t timestamp_size, struct byte_buffer *out)
{
    if (starts_with(variable, "header:"))
        return write_place(variable, 7, false, request, out);
    if (starts_with(variable, "field:"))
        return write_place(variable, 6, true, request, out);
    if (is_named(variable, "sorted_fields"))
        return request->form && write_sorted_fields(request->form, out);
    if (is_named(variable, "method")) {
        byte_buffer_put(out, request->method, strlen(request->method));
    } else if (is_named(variable, "body")) {
        byte_buffer_put(out, request->body, request->body_size);
    } else if (is_named(variable, "timestamp")) {
        byte_buffer_put(out, timestamp, timestamp_size);
    } else if (!request->url) {
        return false;
    } else if (is_named(variable, "url")) {
        byte_buffer_put(out, request->url, strlen(request->url));
    } else {
        write_url_decoded(request->url, out);
    }
    return true;
}

static bool write_place(const struct variable *variable, size_t prefix_size, bool is_field, const struct signed_request *request,
                        struct byte_buffer *out)
{
    char name[SIGNATURE_TEMPLATE_MAX + 1];
    size_t size = 0;
    memcpy(name, variable->name + prefix_size, variable->size - prefix_size);   /* a template is not longer */
    name[variable->size - prefix_size] = '\0';
    const struct signature_place place = {.name = name, .is_field = is_field};
    const char *value = request->find(request->context, &place, &size);
    if (value)
        byte_buffer_put(out, value, size);
    return value != NULL;
}

static bool write_sorted_fields(const struct form_fields *form, struct byte_buffer *out)
{
    struct form_field *sorted = calloc(form->count + 1, sizeof *sorted);
    if (!sorted) {
        out->failed = true;
        return false;
    }
    if (form->count > 0)
        memcpy(sorted, form->items, form->count * sizeof *sorted);
    qsort(sorted, form->count, sizeof *sorted, by_name);
    for (size_t i = 0; i < form->count; i++) {
        byte_buffer_put(out, sorted[i].name, sorted[i].name_size);
        byte_buffer_put(out, sorted[i].value, sorted[i].value_size);
    }
    free(sorted);
    return true;
}

static void write_url_decoded(const char *url, struct byte_buffer *out)
{
    static const struct { const char *escape; char plain; } table[] = {
        {"%3A", ':'}, {"%2F", '/'}, {"%3F", '?'}, {"%40", '@'}, {"%21", '!'}, {"%24", '$'},
        {"%27", '\''}, {"%28", '('}, {"%29", ')'}, {"%2A", '*'}, {"%2C", ','}, {"%3B", ';'},
    };
    while (*url) {
        size_t i = 0;
        while (i < sizeof table / sizeof *table && strncmp(url, table[i].escape, 3) != 0)
            i++;
        bool is_escape = i < sizeof table / sizeof *table;
        byte_buffer_put(out, is_escape ? &table[i].plain : url, 1);
        url += is_escape ? 3 : 1;
    }
}

/* Names by their bytes; equal names by value, so that the order is total. */
static int by_name(const void *a, const void *b)
{
    const struct form_field *x = a, *y = b;
    size_t size = x->name_size < y->name_size ? x->name_size : y->name_size;
    int order = memcmp(x->name, y->name, size);
    if (order != 0)
        return order;
    if (x->name_size != y->name_size)
        return x->name_size < y->name_size ? -1 : 1;
    size = x->value_size < y->value_size ? x->value_size : y->value_size;
    order = memcmp(x->value, y->value, size);
    return order != 0 ? order : (x->value_size > y->value_size) - (x->value_size < y->value_size);
}
