/* SPDX-License-Identifier: Apache-2.0 */
#include "adf_read.h"

#include "adf_text.h"

#include <expat.h>
#include <string.h>
#include <strings.h>

enum { NAME_MAX_SIZE = 64, PATH_MAX_SIZE = 256, VALUE_MAX_SIZE = 256 };

struct reader {
    struct arena *arena;
    XML_Parser parser;
    struct adf *out;
    size_t path_ends[ADF_DEPTH_MAX + 1];   /* of `path`, by depth */
    char path[PATH_MAX_SIZE];
    unsigned depth, vehicles;
    struct adf_element *open;              /* the innermost, while it has no child */
    char text[ADF_TEXT_MAX];
    size_t text_size;
    bool out_of_memory;
};

static void XMLCALL on_start(void *context, const XML_Char *name, const XML_Char **attributes);
static void XMLCALL on_end(void *context, const XML_Char *name);
static void XMLCALL on_text(void *context, const XML_Char *text, int size);
static void XMLCALL on_doctype(void *context, const XML_Char *name, const XML_Char *system, const XML_Char *public_id, int internal);

bool adf_read(struct arena *arena, const char *adf, struct adf *out)
{
    memset(out, 0, sizeof *out);
    struct reader *reader = arena_calloc(arena, 1, sizeof *reader);
    char *text = adf_text_mend(arena, adf);
    XML_Parser parser = reader && text ? XML_ParserCreate("UTF-8") : NULL;
    if (!parser)
        return false;
    reader->arena = arena;
    reader->parser = parser;
    reader->out = out;
    XML_SetUserData(parser, reader);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetStartDoctypeDeclHandler(parser, on_doctype);
    out->complete = XML_Parse(parser, text, (int)strlen(text), XML_TRUE) == XML_STATUS_OK;
    XML_ParserFree(parser);
    return !reader->out_of_memory;
}

const struct adf_element *adf_find(const struct adf *adf, const char *path)
{
    for (size_t i = 0; i < adf->count; i++) {
        if (adf->elements[i].text[0] && strcmp(adf->elements[i].path, path) == 0)
            return &adf->elements[i];
    }
    return NULL;
}

const char *adf_attribute(const struct adf_element *element, const char *name)
{
    for (size_t i = 0; i < element->attribute_count; i++) {
        if (strcasecmp(element->attributes[i].name, name) == 0)
            return element->attributes[i].value;
    }
    return "";
}

static void stop(struct reader *reader)
{
    XML_StopParser(reader->parser, XML_FALSE);
}

static const char *copy(struct reader *reader, const char *text, size_t size)
{
    while (size > 0 && (unsigned char)text[0] <= ' ') {
        text++;
        size--;
    }
    while (size > 0 && (unsigned char)text[size - 1] <= ' ')
        size--;
    const char *kept = size ? arena_copy(reader->arena, text, size) : "";
    if (kept)
        return kept;
    reader->out_of_memory = true;
    stop(reader);
    return "";
}

static void add_element(struct reader *reader, const XML_Char **attributes)
{
    struct adf *out = reader->out;
    if (out->count == ADF_ELEMENTS_MAX) {
        stop(reader);
        return;
    }
    struct adf_element *element = &out->elements[out->count++];
    bool in_vehicle = strcmp(reader->path, "vehicle") == 0 || strncmp(reader->path, "vehicle/", 8) == 0;
    *element = (struct adf_element){.path = copy(reader, reader->path, strlen(reader->path)), .text = "",
                                    .vehicle = in_vehicle ? reader->vehicles : 0};
    for (size_t i = 0; attributes[i] && element->attribute_count < ADF_ATTRIBUTES_MAX; i += 2) {
        if (strlen(attributes[i]) > NAME_MAX_SIZE || strlen(attributes[i + 1]) > VALUE_MAX_SIZE)
            continue;
        element->attributes[element->attribute_count++] = (struct adf_attribute){
            copy(reader, attributes[i], strlen(attributes[i])), copy(reader, attributes[i + 1], strlen(attributes[i + 1]))};
    }
    reader->open = element;
}

/* Depth 1 is <adf>, 2 a <prospect>; the path begins below. */
static void XMLCALL on_start(void *context, const XML_Char *name, const XML_Char **attributes)
{
    struct reader *reader = context;
    reader->text_size = 0;
    reader->open = NULL;
    if (++reader->depth > ADF_DEPTH_MAX) {
        stop(reader);
        return;
    }
    if (reader->depth == 2 && strcmp(name, "prospect") == 0)
        reader->out->prospects++;
    size_t end = reader->depth > 3 ? reader->path_ends[reader->depth - 1] : 0, size = strlen(name);
    if (reader->depth < 3 || reader->out->prospects != 1)
        return;
    if (size > NAME_MAX_SIZE || end + size + 2 > sizeof reader->path) {
        stop(reader);
        return;
    }
    if (end > 0)
        reader->path[end++] = '/';
    memcpy(reader->path + end, name, size + 1);
    reader->path_ends[reader->depth] = end + size;
    if (reader->depth == 3 && strcmp(name, "vehicle") == 0)
        reader->vehicles++;
    add_element(reader, attributes);
}

static void XMLCALL on_end(void *context, const XML_Char *name)
{
    (void)name;
    struct reader *reader = context;
    if (reader->open)
        reader->open->text = copy(reader, reader->text, reader->text_size);
    reader->open = NULL;
    reader->depth--;
    if (reader->depth >= 3)
        reader->path[reader->path_ends[reader->depth]] = '\0';
}

/* What is beyond the cap is cut; the lead's own caps are lower. */
static void XMLCALL on_text(void *context, const XML_Char *text, int size)
{
    struct reader *reader = context;
    size_t room = sizeof reader->text - reader->text_size, part = (size_t)size < room ? (size_t)size : room;
    if (!reader->open)
        return;
    memcpy(reader->text + reader->text_size, text, part);
    reader->text_size += part;
}

static void XMLCALL on_doctype(void *context, const XML_Char *name, const XML_Char *system, const XML_Char *public_id, int internal)
{
    (void)name;
    (void)system;
    (void)public_id;
    (void)internal;
    stop(context);
}
