/* SPDX-License-Identifier: Apache-2.0 */
#include "golden_file.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_SIZE_MAX = 64 * 1024 };

static char *read_file(const char *path);
static void fail(const char *path, const char *what);
static uint8_t *parse_hex(const char *path, const char *hex, size_t *size_out);

struct golden golden_read(enum wire_type type)
{
    return golden_read_as(type, wire_type_name(type));
}

struct golden golden_read_as(enum wire_type type, const char *name)
{
    struct golden golden = {.type = type};
    char path[512], side[16] = "";
    int number = 0;

    snprintf(path, sizeof path, "%s/tests/golden/frames/%s.txt", LEADWIRE_SOURCE_DIR, name);
    char *text = read_file(path);
    char *head = strncmp(text, "type: ", 6) == 0 ? text : strstr(text, "\ntype: ");
    char *content = strstr(text, "\ncontent:\n"), *hex = strstr(text, "\nhex:\n");
    if (!head || !content || !hex || hex < content)
        fail(path, "it has no type, content and hex");
    if (sscanf(head + strspn(head, "\n"), "type: %d %*s from %15s", &number, side) != 2 || number != (int)type)
        fail(path, "its first line does not fit its name");
    golden.sender = strcmp(side, "client") == 0 ? WIRE_FROM_CLIENT : WIRE_FROM_BROKER;

    content += sizeof "\ncontent:\n" - 1;
    hex[1] = '\0';   /* the content keeps its last line break */
    golden.content = calloc(1, strlen(content) + 1);
    if (!golden.content)
        fail(path, "no memory");
    memcpy(golden.content, content, strlen(content));
    golden.frame = parse_hex(path, hex + sizeof "\nhex:\n" - 1, &golden.frame_size);
    free(text);
    return golden;
}

void golden_fini(struct golden *golden)
{
    free(golden->content);
    free(golden->frame);
    *golden = (struct golden){0};
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, FILE_SIZE_MAX + 1);

    if (!file || !text)
        fail(path, "it cannot be read");
    if (fread(text, 1, FILE_SIZE_MAX, file) == 0)
        fail(path, "it is empty");
    fclose(file);
    return text;
}

static uint8_t *parse_hex(const char *path, const char *hex, size_t *size_out)
{
    static const char digits[] = "0123456789abcdef";
    size_t digit_count = 0;

    for (const char *at = hex; *at; at++)
        digit_count += !isspace((unsigned char)*at);
    uint8_t *bytes = calloc(1, digit_count / 2);
    if (!bytes || digit_count % 2 != 0)
        fail(path, "its hex is cut");

    size_t done = 0;
    for (const char *at = hex; *at; at++) {
        if (isspace((unsigned char)*at))
            continue;
        const char *digit = strchr(digits, *at);
        if (!digit)
            fail(path, "its hex has something else");
        bytes[done / 2] = (uint8_t)(bytes[done / 2] << 4 | (uint8_t)(digit - digits));
        done++;
    }
    *size_out = digit_count / 2;
    return bytes;
}

static void fail(const char *path, const char *what)
{
    fprintf(stderr, "%s: %s\n", path, what);
    abort();
}
