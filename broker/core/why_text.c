/* SPDX-License-Identifier: Apache-2.0
 *
 * The short reason that goes out with every offer. Written by hand: printf would be a tenth of the cost of a lead's life.
 */
#include "core_internal.h"

struct text { char *data; size_t size; };   /* of WHY_TEXT_MAX; what does not fit is cut */

static void put(struct text *text, const char *words)
{
    for (; *words != '\0' && text->size < WHY_TEXT_MAX - 1; words++)
        text->data[text->size++] = *words;
    text->data[text->size] = '\0';
}

static void put_number(struct text *text, uint64_t number)
{
    char digits[21];
    size_t at = sizeof digits;
    digits[--at] = '\0';
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    put(text, digits + at);
}

void why_text_write(const struct core *core, const struct lead *lead, const struct rep *rep, char data[WHY_TEXT_MAX])
{
    const struct decision *decision = lead->decision_count > 0 ? &lead->decisions[lead->decision_count - 1] : NULL;
    struct text text = {data, 0};

    data[0] = '\0';
    for (uint32_t i = 0; i < lead->demand->needs.require_count; i++) {
        const struct requirement *require = &lead->demand->needs.require[i];
        put(&text, names_text(&core->names, core->skill_names[require->skill]));
        put(&text, " ");
        put_number(&text, rep->levels[require->skill]);
        put(&text, " of ");
        put_number(&text, require->level);
        put(&text, " needed; ");
    }
    if (!decision)
        return;
    put(&text, "load ");
    put_number(&text, decision->load);
    put(&text, " of ");
    put_number(&text, decision->capacity);
    put(&text, "; idle ");
    put_number(&text, decision->at_ms > decision->idle_since_ms ? (decision->at_ms - decision->idle_since_ms) / 1000 : 0);
    put(&text, " s; ");
    put_number(&text, decision->able);
    put(&text, " could take it");
}
