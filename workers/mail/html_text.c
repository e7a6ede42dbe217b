/* SPDX-License-Identifier: Apache-2.0
 *
 * Gumbo neither bounds its tree nor survives an allocator that says no, and
 * frees the tree by recursion. So it gets an arena that is dropped as a whole,
 * and at the arena's cap we jump out of the parser: it keeps nothing outside
 * of what it allocates.
 */
#include "html_text.h"

#include "byte_buffer.h"

#include <gumbo.h>
#include <setjmp.h>
#include <string.h>
#include <strings.h>

struct parser_memory {
    struct arena arena;
    jmp_buf full;
};

/* Text under construction: spaces collapse, blocks start on their own line. */
struct writer {
    struct byte_buffer out;
    bool space_due;
    unsigned lines_due;
    unsigned preformatted;
};

static size_t count_tags(const char *html, size_t size);
static bool write_parsed(struct writer *writer, struct parser_memory *memory, const char *html, size_t size);
static void write_stripped(struct writer *writer, const char *html, size_t size);
static void walk(struct writer *writer, const GumboNode *root);
static bool enter(struct writer *writer, const GumboNode *node);
static void leave(struct writer *writer, const GumboNode *node);
static void put_text(struct writer *writer, const char *text);

char *html_to_text(struct arena *arena, const char *html, size_t size, bool *parsed)
{
    struct writer writer = {0};
    struct parser_memory memory;
    if (size > HTML_SIZE_MAX)
        size = HTML_SIZE_MAX;
    byte_buffer_init(&writer.out, 4 * (size_t)HTML_SIZE_MAX);
    arena_init(&memory.arena, HTML_PARSER_MEMORY_MAX);
    *parsed = count_tags(html, size) <= HTML_TAGS_MAX && write_parsed(&writer, &memory, html, size);
    arena_fini(&memory.arena);
    if (!*parsed) {
        byte_buffer_clear(&writer.out);
        writer.space_due = false;
        writer.lines_due = writer.preformatted = 0;
        write_stripped(&writer, html, size);
    }
    char *text = arena_copy(arena, writer.out.size ? (const char *)writer.out.data : "", writer.out.size);
    byte_buffer_fini(&writer.out);
    return text;
}

static void *parser_alloc(void *userdata, size_t size)
{
    struct parser_memory *memory = userdata;
    void *bytes = arena_alloc(&memory->arena, size);
    if (!bytes)
        longjmp(memory->full, 1);
    return bytes;
}

static void parser_free(void *userdata, void *bytes)
{
    (void)userdata;
    (void)bytes;
}

/* The parser's time grows with the square of the depth, and the depth with the tags. */
static size_t count_tags(const char *html, size_t size)
{
    size_t count = 0;
    for (size_t i = 0; i + 1 < size; i++)
        count += html[i] == '<' && html[i + 1] != '/';
    return count;
}

/* False: out of memory. memory is the caller's, so that a jump leaves it defined. */
static bool write_parsed(struct writer *writer, struct parser_memory *memory, const char *html, size_t size)
{
    if (setjmp(memory->full) != 0)
        return false;
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = parser_alloc;
    options.deallocator = parser_free;
    options.userdata = memory;
    options.max_errors = 0;
    const GumboOutput *output = gumbo_parse_with_options(&options, html, size);
    if (output && output->root)
        walk(writer, output->root);
    return !writer->out.failed;
}

static const GumboVector *children_of(const GumboNode *node)
{
    return node->type == GUMBO_NODE_ELEMENT ? &node->v.element.children : NULL;
}

/* Depth first by the parent links: the tree's depth is the sender's choice. */
static void walk(struct writer *writer, const GumboNode *root)
{
    const GumboNode *node = root;
    while (node) {
        const GumboVector *children = children_of(node);
        if (enter(writer, node) && children && children->length > 0) {
            node = children->data[0];
            continue;
        }
        for (;;) {
            leave(writer, node);
            if (node == root || !node->parent)
                return;
            const GumboVector *siblings = children_of(node->parent);
            size_t next = node->index_within_parent + 1;
            if (siblings && next < siblings->length) {
                node = siblings->data[next];
                break;
            }
            node = node->parent;
        }
    }
}

static unsigned lines_around(GumboTag tag)
{
    static const GumboTag blocks[] = {
        GUMBO_TAG_DIV, GUMBO_TAG_TR, GUMBO_TAG_TABLE, GUMBO_TAG_LI, GUMBO_TAG_UL, GUMBO_TAG_OL,
        GUMBO_TAG_PRE, GUMBO_TAG_ADDRESS, GUMBO_TAG_SECTION, GUMBO_TAG_ARTICLE, GUMBO_TAG_DL,
        GUMBO_TAG_DT, GUMBO_TAG_DD, GUMBO_TAG_HR, GUMBO_TAG_FORM, GUMBO_TAG_FIELDSET, GUMBO_TAG_CENTER,
        GUMBO_TAG_HEADER, GUMBO_TAG_FOOTER, GUMBO_TAG_BLOCKQUOTE,
    };
    static const GumboTag paragraphs[] = {
        GUMBO_TAG_P, GUMBO_TAG_H1, GUMBO_TAG_H2, GUMBO_TAG_H3, GUMBO_TAG_H4, GUMBO_TAG_H5, GUMBO_TAG_H6,
    };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        if (blocks[i] == tag)
            return 1;
    }
    for (size_t i = 0; i < sizeof paragraphs / sizeof *paragraphs; i++) {
        if (paragraphs[i] == tag)
            return 2;
    }
    return 0;
}

static void want_lines(struct writer *writer, unsigned lines)
{
    if (lines > writer->lines_due)
        writer->lines_due = lines;
}

static bool is_hidden(GumboTag tag)
{
    return tag == GUMBO_TAG_SCRIPT || tag == GUMBO_TAG_STYLE || tag == GUMBO_TAG_HEAD || tag == GUMBO_TAG_TITLE ||
           tag == GUMBO_TAG_TEMPLATE || tag == GUMBO_TAG_NOSCRIPT;
}

/* The mark-up with which mail programs wrap the message that is answered. */
static bool is_quoted_reply(const GumboNode *node)
{
    const GumboVector *attributes = &node->v.element.attributes;
    const GumboAttribute *type = gumbo_get_attribute(attributes, "type");
    const GumboAttribute *class = gumbo_get_attribute(attributes, "class");
    if (node->v.element.tag == GUMBO_TAG_BLOCKQUOTE && type && strcasecmp(type->value, "cite") == 0)
        return true;
    return class && (strstr(class->value, "gmail_quote") || strstr(class->value, "moz-cite-prefix") ||
                     strstr(class->value, "yahoo_quoted"));
}

/* False: do not go inside. */
static bool enter(struct writer *writer, const GumboNode *node)
{
    if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE || node->type == GUMBO_NODE_CDATA) {
        put_text(writer, node->v.text.text);
        return false;
    }
    if (node->type != GUMBO_NODE_ELEMENT)
        return false;
    GumboTag tag = node->v.element.tag;
    if (is_hidden(tag) || is_quoted_reply(node))
        return false;
    want_lines(writer, lines_around(tag));
    if (tag == GUMBO_TAG_BR) {
        writer->lines_due++;
        writer->space_due = false;
    } else if (tag == GUMBO_TAG_LI) {
        put_text(writer, "- ");
    } else if (tag == GUMBO_TAG_PRE) {
        writer->preformatted++;
    }
    return true;
}

static void leave(struct writer *writer, const GumboNode *node)
{
    if (node->type != GUMBO_NODE_ELEMENT || is_hidden(node->v.element.tag))
        return;
    GumboTag tag = node->v.element.tag;
    if ((tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH) && writer->lines_due == 0 && writer->out.size > 0) {
        byte_buffer_put_u8(&writer->out, '\t');
        writer->space_due = false;
    }
    if (tag == GUMBO_TAG_PRE && writer->preformatted > 0)
        writer->preformatted--;
    want_lines(writer, lines_around(tag));
}

static void put_char(struct writer *writer, char c)
{
    if (writer->lines_due > 0) {
        for (unsigned i = 0; i < writer->lines_due && i < 2 && writer->out.size > 0; i++)
            byte_buffer_put_u8(&writer->out, '\n');
        writer->lines_due = 0;
        writer->space_due = false;
    }
    if (writer->space_due && writer->out.size > 0)
        byte_buffer_put_u8(&writer->out, ' ');
    writer->space_due = false;
    byte_buffer_put_u8(&writer->out, (uint8_t)c);
}

static void put_text(struct writer *writer, const char *text)
{
    for (const char *at = text; *at; at++) {
        bool newline = *at == '\n';
        /* U+00A0, which editors put where people type two spaces */
        bool no_break_space = at[0] == '\xC2' && at[1] == '\xA0';
        if (newline && writer->preformatted)
            writer->lines_due++;
        else if (newline || *at == ' ' || *at == '\t' || *at == '\r' || *at == '\f' || no_break_space)
            writer->space_due = true;
        else
            put_char(writer, *at);
        if (no_break_space)
            at++;
    }
}

/* No parser: tags become spaces, a few of them lines. */
static void write_stripped(struct writer *writer, const char *html, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (html[i] == '<') {
            const char *end = memchr(html + i, '>', size - i);
            bool is_line = size - i > 2 && (strncasecmp(html + i, "<br", 3) == 0 || strncasecmp(html + i, "<p", 2) == 0);
            if (is_line)
                want_lines(writer, 1);
            writer->space_due = true;
            if (!end)
                return;
            i = (size_t)(end - html);
        } else {
            char one[2] = {html[i], '\0'};
            put_text(writer, one);
        }
    }
}
