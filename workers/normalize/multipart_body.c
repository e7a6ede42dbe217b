/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE   /* memmem: a search that does not stop at NUL */
#include "multipart_body.h"

#include <string.h>
#include <strings.h>

static const char token_chars[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

struct span {
    const char *at;
    size_t size;
};

/* What the headers of one part say. NULL: not said. */
struct part {
    const char *name, *file_name, *media_type;
};

static bool find_boundary(const char *content_type, char out[MULTIPART_BOUNDARY_MAX + 5]);
static size_t next_delimiter(const struct span *rest, const char *delimiter);
static lw_status read_part(struct arena *arena, const struct span *part, struct multipart_body *out);
static lw_status read_headers(struct arena *arena, const struct span *headers, struct part *out);
static lw_status read_disposition(struct arena *arena, const struct span *value, struct part *out);
static const char *extended_value(struct arena *arena, const char *text);
static const char *parameter(struct arena *arena, struct span *rest, struct span *name_out);
static const char *unescape(struct arena *arena, const char *at, size_t size);
static struct span trim(struct span text);

lw_status multipart_body_read(struct arena *arena, const char *content_type, const char *bytes, size_t size, struct multipart_body *out)
{
    char delimiter[MULTIPART_BOUNDARY_MAX + 5];   /* CR LF -- boundary NUL */
    *out = (struct multipart_body){0};
    if (!find_boundary(content_type, delimiter))
        return LW_INVALID;
    size_t delimiter_size = strlen(delimiter);
    struct multipart_body body = {.files = arena_calloc(arena, FORM_FIELDS_MAX, sizeof *body.files)};
    body.fields.items = arena_calloc(arena, FORM_FIELDS_MAX, sizeof *body.fields.items);
    if (!body.files || !body.fields.items)
        return LW_NO_MEMORY;

    struct span rest = {bytes, size};
    if (size < delimiter_size || memcmp(bytes, delimiter + 2, delimiter_size - 2) != 0)   /* the first has no CR LF before it */
        return LW_INVALID;
    rest.at += delimiter_size - 2;
    rest.size -= delimiter_size - 2;
    while (rest.size >= 2 && memcmp(rest.at, "\r\n", 2) == 0) {
        const struct span part = {rest.at + 2, next_delimiter(&(struct span){rest.at + 2, rest.size - 2}, delimiter)};
        if (part.size == rest.size - 2)
            return LW_INVALID;   /* cut off */
        lw_status status = read_part(arena, &part, &body);
        if (status != LW_OK)
            return status;
        rest.at = part.at + part.size + delimiter_size;
        rest.size = (size_t)(bytes + size - rest.at);
    }
    if (rest.size < 2 || memcmp(rest.at, "--", 2) != 0)
        return LW_INVALID;
    *out = body;
    return LW_OK;
}

static bool find_boundary(const char *content_type, char out[MULTIPART_BOUNDARY_MAX + 5])
{
    const char *at = strcasestr(content_type, "boundary=");
    if (!at || at == content_type || !strchr("; \t", at[-1]))
        return false;
    at += strlen("boundary=");
    bool quoted = *at == '"';
    at += quoted;
    size_t size = strcspn(at, quoted ? "\"" : "; \t");
    if (size == 0 || size > MULTIPART_BOUNDARY_MAX || (quoted && at[size] != '"') || at[size - 1] == ' ')
        return false;
    memcpy(out, "\r\n--", 4);
    memcpy(out + 4, at, size);
    out[4 + size] = '\0';
    return true;
}

/* How many bytes stand before the next delimiter that is one, with CR LF or -- behind it; rest.size when there is none. */
static size_t next_delimiter(const struct span *rest, const char *delimiter)
{
    size_t size = strlen(delimiter), from = 0;
    while (rest->size - from >= size + 2) {
        const char *found = memmem(rest->at + from, rest->size - from, delimiter, size);
        if (!found || (size_t)(rest->at + rest->size - found) < size + 2)
            break;
        if (memcmp(found + size, "\r\n", 2) == 0 || memcmp(found + size, "--", 2) == 0)
            return (size_t)(found - rest->at);
        from = (size_t)(found - rest->at) + 1;
    }
    return rest->size;
}

static lw_status read_part(struct arena *arena, const struct span *part, struct multipart_body *out)
{
    struct part said = {0};
    const char *end = memmem(part->at, part->size, "\r\n\r\n", 4);
    if (!end)
        return LW_INVALID;
    const struct span headers = {part->at, (size_t)(end - part->at)};
    const struct span data = {end + 4, part->size - headers.size - 4};
    if (headers.size > MULTIPART_HEADERS_SIZE_MAX || out->fields.count + out->file_count == FORM_FIELDS_MAX)
        return LW_TOO_LARGE;
    lw_status status = read_headers(arena, &headers, &said);
    if (status != LW_OK)
        return status;
    if (!said.name)
        return LW_INVALID;
    if (!said.file_name) {
        const char *value = arena_copy(arena, data.at, data.size);
        if (!value)
            return LW_NO_MEMORY;
        out->fields.items[out->fields.count++] = (struct form_field){
            .name = said.name, .name_size = strlen(said.name), .value = value, .value_size = data.size,
        };
    } else if (*said.file_name || data.size > 0) {
        out->files[out->file_count++] = (struct multipart_file){
            .name = said.name, .file_name = said.file_name, .media_type = said.media_type ? said.media_type : "", .size = data.size,
        };
    }
    return LW_OK;
}

static lw_status read_headers(struct arena *arena, const struct span *headers, struct part *out)
{
    for (struct span rest = *headers; rest.size > 0;) {
        const char *end = memmem(rest.at, rest.size, "\r\n", 2);
        const struct span line = {rest.at, end ? (size_t)(end - rest.at) : rest.size};
        const char *colon = memchr(line.at, ':', line.size);
        size_t name_size = colon ? (size_t)(colon - line.at) : 0;
        for (size_t i = 0; i < line.size; i++)
            if (line.at[i] == '\r' || line.at[i] == '\n' || line.at[i] == '\0' || (i < name_size && !strchr(token_chars, line.at[i])))
                return LW_INVALID;
        if (name_size == 0)
            return LW_INVALID;
        const struct span value = trim((struct span){colon + 1, line.size - name_size - 1});
        if (name_size == 19 && strncasecmp(line.at, "Content-Disposition", 19) == 0) {
            lw_status status = read_disposition(arena, &value, out);
            if (status != LW_OK)
                return status;
        } else if (name_size == 12 && strncasecmp(line.at, "Content-Type", 12) == 0) {
            const char *semicolon = memchr(value.at, ';', value.size);
            const struct span type = trim((struct span){value.at, semicolon ? (size_t)(semicolon - value.at) : value.size});
            out->media_type = arena_copy(arena, type.at, type.size);
            if (!out->media_type)
                return LW_NO_MEMORY;
        }
        rest = (struct span){line.at + line.size + 2, end ? rest.size - line.size - 2 : 0};
    }
    return LW_OK;
}

static lw_status read_disposition(struct arena *arena, const struct span *value, struct part *out)
{
    struct span rest = *value, name;
    const char *extended = NULL;
    size_t kind = 0;
    while (kind < rest.size && rest.at[kind] != ';')
        kind++;
    const struct span said = trim((struct span){rest.at, kind});
    if (said.size != 9 || strncasecmp(said.at, "form-data", 9) != 0)
        return LW_INVALID;
    rest = (struct span){rest.at + kind, rest.size - kind};
    while (rest.size > 0) {
        const char *text = parameter(arena, &rest, &name);
        if (!text)
            return LW_INVALID;
        if (name.size == 4 && strncasecmp(name.at, "name", 4) == 0)
            out->name = text;
        else if (name.size == 8 && strncasecmp(name.at, "filename", 8) == 0)
            out->file_name = text;
        else if (name.size == 9 && strncasecmp(name.at, "filename*", 9) == 0 && !(extended = extended_value(arena, text)))
            return LW_NO_MEMORY;
    }
    if (extended && *extended)
        out->file_name = extended;   /* made by who knows it, beside one for who does not */
    return LW_OK;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* CHARSET'LANGUAGE'TEXT with %XX; the bytes are looked at for their charset, as those of all texts. As it is when there are no such marks. */
static const char *extended_value(struct arena *arena, const char *text)
{
    const char *mark = strchr(text, '\''), *second = mark ? strchr(mark + 1, '\'') : NULL;
    char *out = arena_strdup(arena, second ? second + 1 : text);
    size_t used = 0;
    for (size_t i = 0; out && out[i]; i++) {
        const int high = out[i] == '%' ? hex_value(out[i + 1]) : -1, low = high >= 0 ? hex_value(out[i + 2]) : -1;
        if (low >= 0 && high + low > 0) {
            out[used++] = (char)(high << 4 | low);
            i += 2;
        } else {
            out[used++] = out[i];
        }
    }
    if (out)
        out[used] = '\0';
    return out;
}

/* One ";name=value" off the front of rest; NULL when malformed (or at the arena's cap). An empty one at the end is "". */
static const char *parameter(struct arena *arena, struct span *rest, struct span *name_out)
{
    struct span text = trim((struct span){rest->at + 1, rest->size - 1});   /* behind the ';' */
    *name_out = (struct span){text.at, 0};
    if (text.size == 0) {
        rest->size = 0;
        return "";
    }
    const char *equals = memchr(text.at, '=', text.size);
    if (!equals)
        return NULL;
    *name_out = trim((struct span){text.at, (size_t)(equals - text.at)});
    struct span value = trim((struct span){equals + 1, (size_t)(text.at + text.size - equals) - 1});
    bool quoted = value.size > 0 && value.at[0] == '"';
    size_t from = quoted, to = from;
    while (to < value.size && value.at[to] != (quoted ? '"' : ';'))
        to += quoted && value.at[to] == '\\' && to + 1 < value.size && value.at[to + 1] == '"' ? 2 : 1;
    if (to > value.size || (quoted && to == value.size))
        return NULL;
    struct span plain = {value.at + from, to - from};
    struct span after = trim((struct span){value.at + to + quoted, value.size - to - quoted});
    if (after.size > 0 && after.at[0] != ';')
        return NULL;
    *rest = after;
    if (!quoted)
        plain = trim(plain);
    return unescape(arena, plain.at, plain.size);
}

static const char *unescape(struct arena *arena, const char *at, size_t size)
{
    static const struct { const char *escape; char plain; } table[] = {{"%22", '"'}, {"%0D", '\r'}, {"%0A", '\n'}, {"\\\"", '"'}};
    char *out = arena_alloc(arena, size + 1);
    size_t used = 0;
    for (size_t i = 0; out && i < size;) {
        size_t skip = 1;
        out[used] = at[i];
        for (size_t e = 0; e < sizeof table / sizeof *table; e++) {
            size_t length = strlen(table[e].escape);
            if (length <= size - i && strncasecmp(at + i, table[e].escape, length) == 0) {
                out[used] = table[e].plain;
                skip = length;
            }
        }
        used++;
        i += skip;
    }
    if (out)
        out[used] = '\0';
    return out;
}

static struct span trim(struct span text)
{
    while (text.size > 0 && (*text.at == ' ' || *text.at == '\t')) {
        text.at++;
        text.size--;
    }
    while (text.size > 0 && (text.at[text.size - 1] == ' ' || text.at[text.size - 1] == '\t'))
        text.size--;
    return text;
}
