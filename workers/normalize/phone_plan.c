/* SPDX-License-Identifier: Apache-2.0 */
#include "phone_plan.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "byte_buffer.h"
#include "digit_pattern.h"

enum { CODES = 1000, REGIONS_MAX = 320, NUMBER_MAX = 15, SHORTEST = 7, LENGTHS = 32 };

/* In the order in which the library asks. */
enum kind { PREMIUM, TOLL_FREE, SHARED, VOIP, PERSONAL, PAGER, UAN, VOICEMAIL, FIXED, MOBILE, KINDS };
static const char *const kind_names[KINDS] = {"premium", "toll_free", "shared", "voip", "personal", "pager", "uan", "voicemail", "fixed", "mobile"};

struct expression { const char *text; size_t size; struct digit_pattern *built; };
/* lengths: one bit for each; is_bounded: a number of another length is none of these. */
struct numbers { struct expression pattern; uint32_t lengths; bool is_bounded; };

struct region {
    char id[4];
    uint16_t next;              /* of the same code, in the library's order; 0: none */
    bool is_main, same_mobile;
    struct numbers all, kinds[KINDS];
    struct expression leading, national_prefix;
    enum { PLAN_UNTRIED, PLAN_BUILT, PLAN_UNKNOWN } state;
};

struct plan {
    struct region regions[REGIONS_MAX];   /* from 1 */
    uint16_t count, by_code[CODES];       /* 0: none */
    bool is_loaded;
};

static struct plan plan;

/* ---- the library's tables -------------------------------------------------------------------- */

/* The next field of a protobuf message: its number, and its value or its bytes. False at the end, or when it is malformed. */
static bool next_field(struct byte_reader *reader, uint64_t *number, uint64_t *value, struct byte_reader *inner)
{
    enum { VARINT = 0, BYTES = 2 };
    size_t size = 0;
    if (reader->failed || byte_reader_left(reader) == 0)
        return false;
    const uint64_t tag = byte_reader_varint(reader);
    *number = tag >> 3;
    *value = 0;
    byte_reader_init(inner, "", 0);
    if ((tag & 7) == VARINT) {
        *value = byte_reader_varint(reader);
    } else if ((tag & 7) == BYTES) {
        const uint8_t *bytes = byte_reader_blob(reader, &size);
        byte_reader_init(inner, bytes, size);
    } else {
        reader->failed = true;
    }
    return !reader->failed;
}

static struct expression expression_of(const struct byte_reader *bytes)
{
    return (struct expression){.text = (const char *)bytes->data, .size = bytes->size};
}

static void add_length(struct numbers *numbers, uint64_t length)
{
    numbers->is_bounded = true;
    if (length < LENGTHS)
        numbers->lengths |= UINT32_C(1) << length;
}

/* PhoneNumberDesc */
static void read_numbers(struct byte_reader *reader, struct numbers *out)
{
    enum { PATTERN = 2, POSSIBLE_LENGTH = 9 };
    struct byte_reader inner;
    uint64_t number, value;
    while (next_field(reader, &number, &value, &inner)) {
        if (number == PATTERN)
            out->pattern = expression_of(&inner);
        if (number == POSSIBLE_LENGTH && inner.size == 0)
            add_length(out, value);
        while (number == POSSIBLE_LENGTH && byte_reader_left(&inner) > 0 && !inner.failed)
            add_length(out, byte_reader_varint(&inner));
    }
}

/* PhoneMetadata; gives its calling code. */
static uint64_t read_region(struct byte_reader *reader, struct region *out)
{
    static const uint8_t kind_fields[KINDS] = {5, 4, 6, 8, 7, 21, 25, 28, 2, 3};
    enum { ALL = 1, ID = 9, CODE = 10, NATIONAL_PREFIX = 15, SAME_MOBILE = 18, IS_MAIN = 22, LEADING = 23 };
    struct byte_reader inner;
    uint64_t number, value, code = 0;
    while (next_field(reader, &number, &value, &inner)) {
        switch (number) {
        case ALL: read_numbers(&inner, &out->all); break;
        case ID: snprintf(out->id, sizeof out->id, "%.*s", (int)(inner.size < sizeof out->id ? inner.size : sizeof out->id - 1), (const char *)inner.data); break;
        case CODE: code = value; break;
        case NATIONAL_PREFIX: out->national_prefix = expression_of(&inner); break;
        case SAME_MOBILE: out->same_mobile = value != 0; break;
        case IS_MAIN: out->is_main = value != 0; break;
        case LEADING: out->leading = expression_of(&inner); break;
        default: break;
        }
        for (int kind = 0; kind < KINDS; kind++)
            if (number == kind_fields[kind])
                read_numbers(&inner, &out->kinds[kind]);
    }
    return code;
}

static void append(uint64_t code, uint16_t index)
{
    uint16_t *place = &plan.by_code[code];
    if (plan.regions[index].is_main) {
        plan.regions[index].next = *place;
    } else {
        while (*place != 0)
            place = &plan.regions[*place].next;
    }
    *place = index;
}

/* What is not as expected leaves its country to the library. */
static void load(void)
{
    enum { METADATA = 1 };
    struct byte_reader reader, inner;
    size_t size;
    uint64_t number, value;
    const unsigned char *bytes = phone_plan_tables(&size);
    plan.is_loaded = true;
    byte_reader_init(&reader, bytes, size);
    while (next_field(&reader, &number, &value, &inner)) {
        if (number != METADATA || plan.count + 1 == REGIONS_MAX)
            continue;
        const uint64_t code = read_region(&inner, &plan.regions[plan.count + 1]);
        if (code > 0 && code < CODES && !inner.failed)
            append(code, ++plan.count);
        else
            plan.regions[plan.count + 1] = (struct region){0};
    }
}

/* ---- a country's plan ------------------------------------------------------------------------- */

static bool build_expression(struct expression *expression)
{
    if (expression->size > 0 && !expression->built)
        expression->built = digit_pattern_new(expression->text, expression->size);
    return expression->size == 0 || expression->built;
}

static bool build_region(struct region *region)
{
    bool good = strcmp(region->id, "001") != 0 && build_expression(&region->all.pattern) && build_expression(&region->leading);
    for (int kind = 0; good && kind < KINDS; kind++)
        good = build_expression(&region->kinds[kind].pattern);
    return good;
}

/* All regions of the code; false: at least one has what only the library understands. */
static bool build(uint16_t first)
{
    struct region *main_region = &plan.regions[first];
    if (main_region->state == PLAN_UNTRIED) {
        bool good = build_expression(&main_region->national_prefix);
        for (uint16_t at = first; at != 0 && good; at = plan.regions[at].next)
            good = build_region(&plan.regions[at]);
        main_region->state = good ? PLAN_BUILT : PLAN_UNKNOWN;
    }
    return main_region->state == PLAN_BUILT;
}

static bool is_one_of(const struct numbers *numbers, const char *digits, size_t size)
{
    return (!numbers->is_bounded || numbers->lengths >> size & 1) && numbers->pattern.built && digit_pattern_matches(numbers->pattern.built, digits, size);
}

/* KINDS: none. both: fixed or mobile. */
static enum kind kind_of(const struct region *region, const char *digits, size_t size, bool *both)
{
    *both = false;
    if (!is_one_of(&region->all, digits, size))
        return KINDS;
    for (int kind = 0; kind < FIXED; kind++)
        if (is_one_of(&region->kinds[kind], digits, size))
            return (enum kind)kind;
    const bool is_fixed = is_one_of(&region->kinds[FIXED], digits, size);
    const bool is_mobile = region->same_mobile ? is_fixed : is_one_of(&region->kinds[MOBILE], digits, size);
    *both = is_fixed && is_mobile;
    return is_fixed ? FIXED : is_mobile ? MOBILE : KINDS;
}

/* NULL: the number is of no country. A code of one country only is that country's, whatever follows. */
static const struct region *region_of(uint16_t first, const char *digits, size_t size)
{
    bool both;
    if (plan.regions[first].next == 0)
        return &plan.regions[first];
    for (uint16_t at = first; at != 0; at = plan.regions[at].next) {
        const struct region *region = &plan.regions[at];
        if (region->leading.built ? digit_pattern_matches_start(region->leading.built, digits, size) : kind_of(region, digits, size, &both) != KINDS)
            return region;
    }
    return NULL;
}

/* '+' and digits, between which a blank, '-' or '.' may stand. 0: it is not so plain. */
static size_t take_digits(const char *raw, char digits[NUMBER_MAX + 1])
{
    size_t count = 0;
    if (*raw++ != '+')
        return 0;
    for (bool may_part = false;; raw++) {
        if (*raw >= '0' && *raw <= '9') {
            if (count == NUMBER_MAX)
                return 0;
            digits[count++] = *raw;
            may_part = true;
        } else if (may_part && (*raw == ' ' || *raw == '-' || *raw == '.')) {
            may_part = false;
        } else {
            digits[count] = '\0';
            return *raw == '\0' && may_part && count >= SHORTEST && digits[0] != '0' ? count : 0;
        }
    }
}

/* The calling code: one to three digits, none of which begins another. Gives how many; 0: unknown. */
static size_t code_size(const char *digits, uint16_t *first_out)
{
    unsigned code = 0;
    for (size_t size = 1; size <= 3; size++) {
        code = code * 10 + (unsigned)(digits[size - 1] - '0');
        *first_out = plan.by_code[code];
        if (*first_out != 0)
            return size;
    }
    return 0;
}

bool phone_plan_read(const char *raw, struct phone_number *out)
{
    char digits[NUMBER_MAX + 1];
    uint16_t first = 0;
    const size_t count = take_digits(raw, digits);
    if (!plan.is_loaded)
        load();
    const size_t skip = count > 0 ? code_size(digits, &first) : 0;
    if (skip == 0 || !build(first))
        return false;
    const struct region *main_region = &plan.regions[first];
    const char *national = digits + skip;
    const size_t size = count - skip;
    /* What cannot be a number, or may begin with a prefix that the library takes off, is for the library to read. */
    if (!(main_region->all.lengths >> size & 1) ||
        (main_region->national_prefix.built && digit_pattern_matches_start(main_region->national_prefix.built, national, size)))
        return false;

    bool both = false;
    const struct region *region = region_of(first, national, size);
    const enum kind kind = region ? kind_of(region, national, size, &both) : KINDS;
    *out = (struct phone_number){.valid = kind != KINDS};
    snprintf(out->e164, sizeof out->e164, "+%s", digits);
    snprintf(out->region, sizeof out->region, "%s", region ? region->id : "");
    snprintf(out->kind, sizeof out->kind, "%s", kind == KINDS || both ? "" : kind_names[kind]);
    return true;
}
