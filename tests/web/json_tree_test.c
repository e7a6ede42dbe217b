/* SPDX-License-Identifier: Apache-2.0
 *
 * The tree beside jansson: what one takes the other takes, with the same values; what one refuses the other refuses. But for escaped NULs and halves
 * of surrogate pairs, which the tree takes: jansson gets the text that the tree is to make of them.
 */
#include <jansson.h>

#include "json_tree.h"
#include "seeded.h"

enum { ROUNDS = 20000, TEXT_MAX = 2048, DEPTH_MAX = 5 };

struct text { char bytes[TEXT_MAX]; size_t size; };

static void put(struct text *text, const char *bytes, size_t size)
{
    if (text->size + size <= TEXT_MAX) {
        memcpy(text->bytes + text->size, bytes, size);
        text->size += size;
    }
}

static void put_one_of(struct seeded *random, struct text *text, const char *const *choices, size_t count)
{
    const char *choice = choices[seeded_below(random, count)];
    put(text, choice, strlen(choice));
}

static void put_text(struct seeded *random, struct text *text)
{
    static const char *const pieces[] = {
        "a", "b", "name", "\\n", "\\u0041", "\\u00e8", "\\u20ac", "\\ud83d\\ude00", "\xC3\xA8", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", " ", "/", "\\/", "\\\"", "\\\\",
        "\\b\\f\\r\\t", "\x7f", "a long text without anything odd in it",
        "\\u0000", "\\ud83d", "\\ude00", "\\ud83dx", "\\ud83d\\u0041", "\\u12g4", "\\x", "\xC3", "\xED\xA0\x80", "\xC0\x80", "\xF5\x80\x80\x80", "\x01", "\t", "\\",
    };
    enum { ODD = 14, ALL = sizeof pieces / sizeof *pieces };
    put(text, "\"", 1);
    for (uint64_t count = seeded_below(random, 4); count > 0; count--)
        put_one_of(random, text, pieces, seeded_below(random, 40) == 0 ? ALL : ALL - ODD);
    put(text, "\"", 1);
}

static void put_blank(struct seeded *random, struct text *text)
{
    static const char *const blanks[] = {" ", "\n", "\r\t", "\f", "\xEF\xBB\xBF"};
    if (seeded_below(random, 8) == 0)
        put_one_of(random, text, blanks, seeded_below(random, 40) == 0 ? 5 : 3);
}

static void put_value(struct seeded *random, struct text *text, unsigned depth)
{
    static const char *const scalars[] = {
        "0", "-0", "7", "-12", "123456789012345678", "9223372036854775807", "1.5", "-0.0", "1e3", "2E-2", "0.1e+1", "1.50", "true", "false", "null", "3.141592653589793238",
        "01", "1.", ".5", "-", "1e", "1e+", "+1", "tru", "nul", "True", "--1", "0x1", "NaN", "'a'",
    };
    enum { WRONG = 14, ALL = sizeof scalars / sizeof *scalars };
    const uint64_t what = seeded_below(random, depth == 0 ? 2 : depth < DEPTH_MAX ? 6 : 4);
    put_blank(random, text);
    if (depth < DEPTH_MAX && (what == 0 || what == 1)) {
        put(text, what == 0 ? "{" : "[", 1);
        for (uint64_t count = seeded_below(random, 5), i = 0; i < count; i++) {
            if (i > 0)
                put(text, ",", 1);
            put_blank(random, text);
            if (what == 0) {
                put_text(random, text);
                put_blank(random, text);
                put(text, ":", 1);
            }
            put_value(random, text, depth + 1);
        }
        put(text, what == 0 ? "}" : "]", 1);
    } else if (what % 2 == 0) {
        put_text(random, text);
    } else {
        put_one_of(random, text, scalars, seeded_below(random, 40) == 0 ? ALL : ALL - WRONG);
    }
    put_blank(random, text);
}

static void must_be_equal(const struct json_value *ours, const json_t *theirs);

static void must_have_equal_members(const struct json_value *ours, const json_t *theirs)
{
    const char *name;
    json_t *inner;
    const struct json_value *member = ours->first;
    MUST_HOLD(ours->size == json_object_size(theirs));
    json_object_foreach((json_t *)(uintptr_t)theirs, name, inner)
    {
        MUST_HOLD(member && strcmp(member->name, name) == 0);
        MUST_HOLD(json_tree_member(ours, name, strlen(name)) == member);
        must_be_equal(member, inner);
        member = member->next;
    }
    MUST_HOLD(!member);
}

static void must_be_equal(const struct json_value *ours, const json_t *theirs)
{
    char number[64];
    switch (json_typeof(theirs)) {
    case JSON_OBJECT:
        MUST_HOLD(ours->kind == JSON_KIND_OBJECT);
        must_have_equal_members(ours, theirs);
        break;
    case JSON_ARRAY:
        MUST_HOLD(ours->kind == JSON_KIND_ARRAY && ours->size == json_array_size(theirs) && !json_tree_item(ours, ours->size));
        for (size_t i = 0; i < json_array_size(theirs); i++)
            must_be_equal(json_tree_item(ours, i), json_array_get(theirs, i));
        break;
    case JSON_STRING:
        MUST_HOLD(ours->kind == JSON_KIND_TEXT && ours->size == json_string_length(theirs) && strcmp(ours->text, json_string_value(theirs)) == 0);
        break;
    case JSON_INTEGER:
        snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(theirs));
        MUST_HOLD(ours->kind == JSON_KIND_NUMBER && strcmp(json_tree_text(ours), number) == 0 && ours->size == strlen(number));
        break;
    case JSON_REAL:
        snprintf(number, sizeof number, "%.15g", json_real_value(theirs) + 0.0);
        MUST_HOLD(ours->kind == JSON_KIND_NUMBER && strcmp(json_tree_text(ours), number) == 0);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        MUST_HOLD(ours->kind == JSON_KIND_BOOLEAN && strcmp(ours->text, json_is_true(theirs) ? "true" : "false") == 0);
        break;
    case JSON_NULL:
        MUST_HOLD(ours->kind == JSON_KIND_NULL && !json_tree_text(ours));
        break;
    }
}

/* Others read what is written as the same, and it is the same when written again. */
static void must_survive_writing(const struct json_value *ours, struct arena *arena)
{
    struct byte_buffer once, again;
    struct json_value *read_again;
    byte_buffer_init(&once, 1 << 20);
    byte_buffer_init(&again, 1 << 20);
    json_tree_write(ours, arena, &once);
    json_t *theirs = json_loadb((const char *)once.data, once.size, JSON_REJECT_DUPLICATES, NULL);
    MUST_HOLD(!once.failed && theirs);
    MUST_HOLD(json_tree_read(arena, (const char *)once.data, once.size, &read_again) == LW_OK);
    must_be_equal(read_again, theirs);
    json_tree_write(read_again, arena, &again);
    MUST_HOLD(once.size == again.size && memcmp(once.data, again.data, once.size) == 0);
    char *sorted = json_dumps(theirs, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(15));
    json_t *resorted = json_loads(sorted, 0, NULL);
    MUST_HOLD(json_equal(resorted, theirs));
    free(sorted);
    json_decref(resorted);
    json_decref(theirs);
    byte_buffer_fini(&once);
    byte_buffer_fini(&again);
}

/* The number of a "\\uXXXX" at `at`; -1: there is none. */
static long unit_at(const struct text *text, size_t at)
{
    char digits[5] = "";
    if (at + 6 > text->size || text->bytes[at] != '\\' || text->bytes[at + 1] != 'u')
        return -1;
    memcpy(digits, text->bytes + at + 2, 4);
    return strspn(digits, "0123456789abcdefABCDEF") == 4 ? strtol(digits, NULL, 16) : -1;
}

/* Without escaped NULs, and with "\\ufffd" for each half of a pair that stands alone, in texts. */
static void mend_escapes(const struct text *from, struct text *to)
{
    bool is_in_text = false;
    to->size = 0;
    for (size_t at = 0; at < from->size;) {
        const long unit = is_in_text ? unit_at(from, at) : -1;
        const long next = unit >= 0xD800 && unit <= 0xDBFF ? unit_at(from, at + 6) : -1;
        if (next >= 0xDC00 && next <= 0xDFFF) {
            put(to, from->bytes + at, 12);
            at += 12;
        } else if (unit >= 0) {
            if (unit >= 0xD800 && unit <= 0xDFFF)
                put(to, "\\ufffd", 6);
            else if (unit != 0)
                put(to, from->bytes + at, 6);
            at += 6;
        } else {
            const size_t size = is_in_text && from->bytes[at] == '\\' && at + 1 < from->size ? 2 : 1;
            is_in_text ^= size == 1 && from->bytes[at] == '"';
            put(to, from->bytes + at, size);
            at += size;
        }
    }
}

static void round_of_documents(struct seeded *random)
{
    static struct text text, mended;
    struct arena arena;
    struct json_value *ours;
    json_error_t error;
    text.size = 0;
    put_value(random, &text, 0);
    if (text.size > 0 && seeded_below(random, 4) == 0)
        text.bytes[seeded_below(random, text.size)] = "{}[]\",:1a\\\0\xFF"[seeded_below(random, 12)];
    if (seeded_below(random, 8) == 0)
        text.size = seeded_below(random, text.size + 1);
    char *exact = malloc(text.size + !text.size);     /* so that a sanitizer sees a step beyond */
    MUST_HOLD(exact);
    memcpy(exact, text.bytes, text.size);
    arena_init(&arena, 1 << 20);
    mend_escapes(&text, &mended);
    json_t *theirs = json_loadb(mended.bytes, mended.size, 0, &error);
    const lw_status status = json_tree_read(&arena, exact, text.size, &ours);
    if (memchr(exact, '\0', text.size))   /* they pass it over behind a number */
        MUST_HOLD(status == LW_INVALID);
    else if (theirs || json_error_code(&error) != json_error_numeric_overflow)   /* longer integers are ours alone */
        MUST_HOLD((status == LW_OK) == (theirs != NULL));
    if (theirs && status == LW_OK) {
        must_be_equal(ours, theirs);
        must_survive_writing(ours, &arena);
    }
    json_decref(theirs);
    free(exact);
    arena_fini(&arena);
}

/* Many members, some of one name: in time that grows with their number, and within the arena. */
static void many_members(void)
{
    enum { MEMBERS = 20000, NAMES = 12000 };
    struct byte_buffer text;
    struct arena arena;
    struct json_value *ours;
    byte_buffer_init(&text, 1 << 20);
    for (unsigned i = 0; i < MEMBERS; i++)
        byte_buffer_printf(&text, "%c\"m%u\":%u", i == 0 ? '{' : ',', i % NAMES, i);
    byte_buffer_printf(&text, "}");
    arena_init(&arena, 8 << 20);
    MUST_HOLD(json_tree_read(&arena, (const char *)text.data, text.size, &ours) == LW_OK && ours->size == NAMES);
    unsigned number = 0;
    for (const struct json_value *member = ours->first; member; member = member->next, number++)
        MUST_HOLD(strtoul(member->name + 1, NULL, 10) == number && strtoul(member->text, NULL, 10) == (number < MEMBERS - NAMES ? number + NAMES : number));
    arena_fini(&arena);
    arena_init(&arena, 64 << 10);
    MUST_HOLD(json_tree_read(&arena, (const char *)text.data, text.size, &ours) == LW_NO_MEMORY && !ours);
    arena_fini(&arena);
    byte_buffer_fini(&text);
}

static void deep(void)
{
    char text[2 * JSON_TREE_DEPTH_MAX + 2];
    struct arena arena;
    struct json_value *ours;
    arena_init(&arena, 1 << 20);
    memset(text, '[', JSON_TREE_DEPTH_MAX + 1);
    memset(text + JSON_TREE_DEPTH_MAX + 1, ']', JSON_TREE_DEPTH_MAX + 1);
    MUST_HOLD(json_tree_read(&arena, text + 1, 2 * JSON_TREE_DEPTH_MAX, &ours) == LW_OK);
    MUST_HOLD(json_tree_read(&arena, text, sizeof text, &ours) == LW_INVALID && !ours);
    arena_fini(&arena);
}

int main(int argc, char **argv)
{
    many_members();
    deep();
    return seeded_main(argc, argv, ROUNDS, round_of_documents);
}
